import type { Protocol as ProtocolId } from '#shared/schemas/platforms.ts';
import type { Platform } from '../platforms/platform.ts';
import type { OperationName, StoredResponse, Target, TokenUsage, Units } from './ports.ts';
import type { AccountTag } from './protocols/dialogue.ts';
import type { Framing } from './protocols/framing.ts';
import type { ArrivedCall, Dialect, Frame } from './protocols/protocol.ts';
import type { StoredId } from './protocols/stored-ids.ts';

/** What a door for programs speaks: it reads requests and words errors. */
export type Door = Dialect & {
  /** What the ledger calls it. */
  name: string;
  /** @throws AppError bad_request naming the field. */
  read(call: ArrivedCall): GatewayRequest;
  /** How later requests refer to its answers; absent where the protocol has no such thing. */
  keeping?: Keeping;
};

/** What a protocol knows of answers that are kept and referred to later. */
export type Keeping = {
  /** The protocol in which a platform keeps its answers itself. */
  protocol: ProtocolId;
  /** What the request refers to by id: responses kept here that have the items, and items of others. */
  refersTo(call: ArrivedCall): { responses: readonly string[]; items: readonly string[] };
  /**
   * The request with what came before it put before its own input, and references replaced by what
   * they mean. `earlier` is the conversation, oldest first; `items` are those that may be referred to.
   */
  continued(
    call: ArrivedCall,
    earlier: readonly StoredResponse[],
    items: readonly StoredResponse[],
  ): ArrivedCall;
  /** Ids of the items in a response, question and answer, or that a platform keeps of it. */
  itemIdsOf(response: StoredResponse): readonly string[];
  /** The request's own input as it is kept, each item with an id. */
  inputItems(call: ArrivedCall, requestId: string): object[];
  /** The answer, from the last that the client is to get of it; null when there is none to keep. */
  answerIn(last: Uint8Array | readonly Frame[], stream: boolean): KeptAnswer | null;
};

export type KeptAnswer = {
  id: string;
  /** False when the platform says that it does not keep it. */
  store: boolean;
  /** Of the items in it. */
  itemIds: readonly string[];
  json: Record<string, unknown>;
};

/** A request that was understood, whatever it asks for. */
export type GatewayRequest = {
  operation: OperationName;
  model: string;
  stream: boolean;
  framing: Framing;
  /** Whether the client wants the usage in the stream; if not, frames of usage alone are kept back. */
  wantsUsage: boolean;
  /** Most tokens that the answer may have; null = the client set no limit. */
  maxOutputTokens: number | null;
  /** The prompt's texts, to count tokens when the platform does not. */
  promptTexts(): readonly string[];
  /** A guess of their tokens that costs less than they do; absent = see them. */
  guessPrompt?(): number;
  /** The prompt's tokens where the request tells them itself (lists of tokens); absent = see its text. */
  promptTokens?: number;
  /** What else it takes at most, where the request tells: images, characters, searches. */
  mostUnits?: Units;
  /** What every turn of its conversation tells alike; null = nothing does, absent = it belongs to none. */
  conversation?(): string | null;
  /** Accounts that something in it leans on: they are asked first. */
  accounts: readonly AccountTag[];
  /**
   * What lies in a platform's store (files, conversations, prompts, containers, …): only one account
   * can open it, and we do not know which.
   */
  storedIds: readonly StoredId[];
  /** The stored response that it continues; null = none. */
  previousId: string | null;
  /** Whether the answer is to be kept for later reference. */
  store: boolean;
  /** True when the answer is made later: what it takes is not known when the books are closed. */
  inBackground?: boolean;
  /** How this platform can serve it; null when it cannot. */
  plan(platform: Platform): Plan | null;
};

/**
 * Makes the call for one account; `asked` is the request's id and its arrival (epoch ms).
 * @throws AppError bad_request or bound_elsewhere when this platform or account cannot take it as it
 *   is, though another might.
 */
export type Plan = (target: Target, asked: { id: string; at: number }) => Prepared;

/** A call that is ready to be sent, and how its answer gets back to the client. */
export type Prepared = {
  baseUrl: string | null;
  auth: Platform['endpoints'][number]['auth'];
  path: string;
  headers: Record<string, string>;
  contentType: string;
  body: Buffer;
  /** What the client said that the platform will not hear. */
  dropped: readonly string[];
  passage: Passage;
  /** Answers here instead of calling the platform. */
  answerHere?: () => Promise<Buffer>;
};

/** How one platform's answer reaches one client: byte for byte, or in other words. */
export type Passage = {
  /** A whole answer; `error` when it is none. */
  whole(body: Buffer, contentType: string): WholeAnswer | { error: string };
  stream(): StreamPassage;
  /** The message in a platform's error body. */
  readError(body: Buffer): string | null;
  /** True when the answer is neither JSON nor events and passes unread (speech). */
  raw?: boolean;
  /** What is counted for an answer that nobody reads: known from the request alone. */
  rawUnits?: Units;
  /** True where platforms may answer whole though a stream was asked for, and clients expect it. */
  mayAnswerWhole?: boolean;
  /** Longest frame of a stream, where images come in frames; 1 MiB unless given. */
  maxFrameBytes?: number;
};

export type WholeAnswer = {
  body: Buffer;
  contentType: string;
  /** Text the model wrote: counted when the platform reports no usage. */
  text: string;
  usage: TokenUsage | null;
  units: Units | null;
};

/** The frames of one stream, one after the other. */
export type StreamPassage = {
  /** `data` is the joined data of the frame. */
  read(frame: Buffer, data: string): Step;
  /** The platform closed the stream; null when that is not how its protocol ends. */
  end(): Step | null;
};

/** What one frame of a platform's stream means to the client; see NO_STEP. */
export type Step = {
  /** What to send: the bytes as they came, or frames in the client's protocol. */
  out: Buffer | Frame[];
  /** Text the model wrote in it. */
  text: string;
  usage: TokenUsage | null;
  /** What else was counted so far; absent = nothing new. */
  units?: Units | null;
  /** True when it tells of usage and of nothing else. */
  usageOnly: boolean;
  /** True when it says why the model stopped: hardly anything follows. */
  finishes: boolean;
  /** True for the last one. */
  last: boolean;
  /** What the platform said instead of going on. */
  error: string | null;
};

/** A frame that means nothing. */
export const NO_STEP: Readonly<Step> = Object.freeze({
  out: [],
  text: '',
  usage: null,
  usageOnly: false,
  finishes: false,
  last: false,
  error: null,
});
