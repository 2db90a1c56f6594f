import type { AppError } from '#shared/errors.ts';
import type { SseReader } from '../infra/sse.ts';
import type {
  Candidate,
  CatalogueModel,
  CreditHold,
  Hold,
  Principal,
  StoredResponse,
  Target,
  TokenUsage,
  Trace,
  Units,
} from './ports.ts';
import type { Framing } from './protocols/framing.ts';
import type { ArrivedCall, Frame } from './protocols/protocol.ts';
import type { Door, GatewayRequest, Step, StreamPassage, WholeAnswer } from './request.ts';
import type { Wish } from './selection/choose.ts';
import { newTally, type Tally } from './tokens.ts';

/** Where the answer goes. The door implements it over HTTP. */
export type Reply = {
  /** True once status and headers are on their way: from then on only frames may follow. */
  isStarted(): boolean;
  /** A header of the answer, so long as nothing was started. */
  header(name: string, value: string): void;
  /** Starts a stream, if nothing was started. */
  startStream(framing: Framing): void;
  /** Starts an answer that is neither JSON nor events. */
  startRaw(contentType: string): void;
  /** From now on a silence gets a heartbeat, which starts the stream if need be. */
  keepAlive(framing: Framing): void;
  /** Sends more of a stream, all at once; null when the client can take more, else what to wait for. */
  write(more: readonly (Uint8Array | Frame[])[]): Promise<void> | null;
  /** Ends the stream with these last pieces. */
  endStream(last: Uint8Array | Frame[]): void;
  /** Closes the connection: the only way to say that a raw answer is not whole. */
  breakOff(): void;
  /** Sends a whole answer; an object as JSON. */
  send(status: number, body: Uint8Array | object, headers?: Record<string, string>): void;
};

/** Facts gathered on the way, for the ledger. */
export type Facts = {
  attempts: number;
  usage: TokenUsage | null;
  units: Units | null;
  /** What the model wrote so far: counted when the platform reports no usage. */
  written: Tally;
  /** Epoch ms of the first text of a stream; null for whole answers, which have no first part. */
  firstTokenAt: number | null;
  /** True once a raw answer has begun: no error can be told in it. */
  raw: boolean;
  settled: boolean;
  /** What is reserved beside `hold` for what was said before the request. */
  more: Hold | null;
  /** What is reserved of the account that is tried, and of its platform. */
  place: Hold | null;
  /** Pool credit, once a lent account was taken; `lent` is the one that is tried. */
  credit: { hold: CreditHold; lent: Candidate | null } | null;
  trace: Trace;
};

/**
 * A request on its way. Each step adds what it found to the same object and returns it under the
 * next type, so a step cannot run before the one that makes its input, and settling sees how far
 * the request came.
 */
export type Arrived = {
  /** Request id, what the client sees as x-request-id. */
  id: string;
  /** Epoch ms. */
  at: number;
  /** The door's name, for the ledger. */
  door: string;
  /** How requests are read and errors are worded there. */
  speaks: Door;
  /** Path and headers of the request, still without its body. */
  call: Omit<ArrivedCall, 'body'>;
  /** Aborted with an AppError as reason: the client left or we shut down. */
  signal: AbortSignal;
  reply: Reply;
  identify(): Promise<Principal>;
  readBody(): Promise<Buffer>;
  facts: Facts;
};
export type Known = Arrived & { principal: Principal };
/** Its body was read; what it refers to was not looked up yet. */
export type Asked = Known & { call: ArrivedCall; request: GatewayRequest };
export type Admitted = Asked & { model: CatalogueModel; hold: Hold };
/** Its `request` has all that was said before it, unless a platform keeps that. */
export type Recalled = Admitted & {
  /** The stored response that the request continues, when a platform keeps it. */
  continues: StoredResponse | null;
  /** The request's own input as it is kept with the answer; null when nothing is to be kept. */
  ownInput: (() => object[]) | null;
};
/** An account that counts the request as its own; null = it was gone when it was taken. */
export type Taken = { candidate: Candidate; target: Promise<Target | null> };
export type Routed = Recalled & { wish: Wish; first: Taken };
export type Called = Routed & { target: Target; answer: Answer };

export type Relayed = Called & {
  /** The last that the client is to get: a whole answer, or the end of a stream. */
  last: Uint8Array | Frame[];
  /** Sends it. Called once the record is safe, so that every answer seen has one. */
  finish: () => void;
};

/** How far a request came, whatever stopped it. */
export type Progress = Arrived & Partial<Omit<Called, keyof Arrived>>;

/** A platform's answer that is good enough to be shown to the client. */
export type Answer =
  | { kind: 'whole'; whole: WholeAnswer }
  /** `first` was read already, to be sure that the stream has begun; the others are in `frames`. */
  | { kind: 'stream'; passage: StreamPassage; first: Step; frames: SseReader }
  /** Bytes that nobody here reads, such as speech. */
  | { kind: 'raw'; contentType: string; body: AsyncIterable<Uint8Array>; units: Units | null }
  /** The platform refused the request itself; another account would refuse it too. */
  | { kind: 'refused'; error: AppError };

export function newFacts(): Facts {
  return {
    attempts: 0,
    usage: null,
    units: null,
    written: newTally(),
    firstTokenAt: null,
    raw: false,
    settled: false,
    more: null,
    place: null,
    credit: null,
    trace: newTrace(),
  };
}

function newTrace(): Trace {
  return {
    limits: [],
    candidates: [],
    skipped: [],
    affinity: 'none',
    waited: null,
    attempts: [],
    dropped: [],
  };
}
