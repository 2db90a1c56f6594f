import type { Platform } from '../platforms/platform.ts';
import type { OperationName, Target, TokenUsage, Units } from './ports.ts';
import type { AccountTag } from './protocols/dialogue.ts';
import type { Framing } from './protocols/framing.ts';
import type { ArrivedCall, Dialect, Frame } from './protocols/protocol.ts';

/** What a door for programs speaks: it reads requests and words errors. */
export type Door = Dialect & {
  /** What the ledger calls it. */
  name: string;
  /** @throws AppError bad_request naming the field. */
  read(call: ArrivedCall): GatewayRequest;
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
  /** The prompt's text, to count tokens when the platform does not. */
  promptText(): string;
  /** Accounts that something in it leans on: they are asked first. */
  accounts: readonly AccountTag[];
  /** Files in a platform's store: only one account can open them, and we do not know which. */
  fileIds: readonly string[];
  /** The stored response that it continues; null = none. */
  previousId: string | null;
  /** Whether the answer is to be kept for later reference. */
  store: boolean;
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

/** What one frame of a platform's stream means to the client. */
export type Step = {
  /** What to send: the bytes as they came, or frames in the client's protocol. */
  out: Buffer | Frame[];
  /** Text the model wrote in it. */
  text: string;
  usage: TokenUsage | null;
  /** True when it tells of usage and of nothing else. */
  usageOnly: boolean;
  /** True when it says why the model stopped: hardly anything follows. */
  finishes: boolean;
  /** True for the last one. */
  last: boolean;
  /** What the platform said instead of going on. */
  error: string | null;
};
