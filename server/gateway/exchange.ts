import type { AppError } from '#shared/errors.ts';
import type { Candidate, CatalogueModel, Hold, Principal, Target, TokenUsage } from './ports.ts';
import type { AnswerFacts, ChatProtocol, ChatRequest } from './protocols/protocol.ts';
import { newTally, type Tally } from './tokens.ts';

/** Where the answer goes. The door implements it over HTTP. */
export type Reply = {
  /** True once status and headers are on their way: from then on only frames may follow. */
  readonly started: boolean;
  /** Starts an event stream, if nothing was started. */
  startStream(): void;
  /** From now on a silence gets a heartbeat, which starts the stream if need be. */
  keepAlive(): void;
  /** Sends stream bytes; resolves when the client can take more. */
  write(bytes: Uint8Array): Promise<void>;
  /** Ends the stream with these last bytes. */
  endStream(last: Uint8Array): void;
  /** Sends a whole JSON answer. */
  json(status: number, body: Uint8Array | object, headers?: Record<string, string>): void;
};

/** Facts gathered on the way, for the ledger. */
export type Facts = {
  attempts: number;
  usage: TokenUsage | null;
  /** What the model wrote so far: counted when the platform reports no usage. */
  written: Tally;
  /** Epoch ms of the first text of a stream; null for whole answers, which have no first part. */
  firstTokenAt: number | null;
  settled: boolean;
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
  door: string;
  protocol: ChatProtocol;
  /** Aborted with an AppError as reason: the client left or we shut down. */
  signal: AbortSignal;
  reply: Reply;
  identify(): Promise<Principal>;
  readBody(): Promise<Buffer>;
  facts: Facts;
};
export type Known = Arrived & { principal: Principal };
export type Asked = Known & { request: ChatRequest };
export type Admitted = Asked & { model: CatalogueModel; hold: Hold };
export type Routed = Admitted & { candidates: Candidate[] };
export type Called = Routed & { target: Target; answer: Answer };

/** How far a request came, whatever stopped it. */
export type Progress = Arrived & Partial<Omit<Called, keyof Arrived>>;

/** A platform's answer that is good enough to be shown to the client. */
export type Answer =
  | { kind: 'whole'; body: Buffer; facts: AnswerFacts }
  /** `first` was read already, to be sure that the stream has begun. */
  | { kind: 'stream'; first: Buffer; rest: AsyncIterator<Buffer> }
  /** The platform refused the request itself; another account would refuse it too. */
  | { kind: 'refused'; error: AppError };

export function newFacts(): Facts {
  return { attempts: 0, usage: null, written: newTally(), firstTokenAt: null, settled: false };
}
