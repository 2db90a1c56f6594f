import type { AppError } from '#shared/errors.ts';
import type { TokenUsage } from '../ports.ts';

/** What the path needs to know of a chat request, whatever protocol it came in. */
export type ChatRequest = {
  model: string;
  stream: boolean;
  /** Whether the client wants the usage in the stream; if not, it is asked for and kept back. */
  wantsUsage: boolean;
  /** Most tokens the answer may have; null = the client set no limit. */
  maxOutputTokens: number | null;
  /** The prompt's text, to count tokens when the platform does not. */
  promptText(): string;
  /** The body for a platform of the same protocol, with its own name of the model. */
  forward(upstreamModel: string): Buffer;
};

/** What one frame of a stream says. */
export type FrameFacts = {
  /** Text the model wrote in this frame. */
  text: string;
  usage: TokenUsage | null;
  /** True when it carries nothing but usage. */
  usageOnly: boolean;
  /** True for the protocol's closing frame. */
  last: boolean;
  /** An error that the platform put into the stream. */
  error: string | null;
};

/** What a whole answer says; `error` when it is no answer of this protocol. */
export type AnswerFacts = { text: string; usage: TokenUsage | null; error: string | null };

/**
 * One wire protocol in which a chat is asked and answered. One file each; a path between two of
 * them goes through the neutral dialogue, never from one to the other directly.
 */
export type ChatProtocol = {
  /** Path below a platform's base URL. */
  path: string;
  /** @throws AppError bad_request naming the field. */
  readRequest(body: Buffer): ChatRequest;
  readAnswer(body: Buffer): AnswerFacts;
  /** `data` is the joined data of one SSE frame. */
  readFrame(data: string): FrameFacts;
  /** The message in a platform's error body, if it has one in this protocol. */
  readError(body: Buffer): string | null;
  errorBody(error: AppError): object;
  /** The frame that ends a stream which cannot go on. */
  errorFrame(error: AppError): Buffer;
};
