import type { IncomingHttpHeaders } from 'node:http';
import type { AppError } from '#shared/errors.ts';
import type { Protocol as ProtocolId } from '#shared/schemas/platforms.ts';
import type { Quirks } from '../../platforms/quirks.ts';
import type { AccountTag, Dialogue, DialogueAnswer, DialogueEvent } from './dialogue.ts';
import type { Framing } from './framing.ts';
import type { StoredId } from './stored-ids.ts';

/**
 * One wire protocol in which a chat is asked and answered. A client's request is read by the
 * protocol of its door; the platform's protocol writes the call and reads the answer. Where both
 * are the same, bodies and frames pass byte for byte and the readers only watch.
 */
export type Protocol = Dialect & {
  id: ProtocolId;

  // ── as the client's ──
  /** @throws AppError bad_request naming the field. */
  readRequest(call: ArrivedCall): ChatRequest;
  writeAnswer(answer: DialogueAnswer, context: AnswerContext): object;
  streamWriter(context: AnswerContext): StreamWriter;

  // ── as the platform's ──
  /** Path below the platform's base URL, with query. */
  path(model: string, stream: boolean): string;
  /** Headers of the client's that mean something to a platform of the same protocol, and those it always needs. */
  headers(client: IncomingHttpHeaders | null): Record<string, string>;
  /**
   * The body for a platform. The dialogue was fitted before (fidelity.ts): it holds nothing that
   * this protocol cannot say. Seals of other makers or accounts are gone. `dropped` names what the
   * platform's quirks or the protocol's own rules made it leave out.
   */
  writeRequest(
    dialogue: Dialogue,
    to: Recipient,
  ): { body: Record<string, unknown>; dropped: string[] };
  /** Reads a whole answer; lenient towards members it does not know. */
  readAnswer(body: Buffer): DialogueAnswer | { error: string };
  streamReader(): StreamReader;
  /** The message in a platform's error body, if it has one in this protocol. */
  readError(body: Buffer): string | null;
};

/** How a door speaks of errors. */
export type Dialect = {
  errorBody(error: AppError, requestId: string): object;
  /** The frame that ends a stream which cannot go on. */
  errorFrame(error: AppError, requestId: string): Frame;
};

/** A request as it came in. */
export type ArrivedCall = {
  body: Buffer;
  headers: IncomingHttpHeaders;
  /** From the path, where the protocol has it there (Gemini). */
  model: string | null;
  /** What the path asks for, for protocols with one path for each way (Gemini); else null. */
  action: string | null;
  query: URLSearchParams;
  /** What the answer is to repeat in place of the request's own members (Responses). */
  shown?: Readonly<Record<string, unknown>>;
};

/** What the path needs to know of a chat request, whatever protocol it came in. */
export type ChatRequest = {
  model: string;
  stream: boolean;
  framing: Framing;
  /** Whether the client wants the usage in the stream; if not, it is asked for and kept back. */
  wantsUsage: boolean;
  /** Most tokens that all answers together may have; null = the client set no limit. */
  maxOutputTokens: number | null;
  /** The prompt's text, to count tokens when the platform does not. */
  promptTexts(): readonly string[];
  /** A guess of their tokens that costs less than they do; absent = see them. */
  guessPrompt?(): number;
  /** What every turn of its conversation tells alike; null = nothing does. See conversation.ts. */
  conversation(): string | null;
  /** The request in the neutral form; built on first use. */
  dialogue(): Dialogue;
  /**
   * The body for a platform of the same protocol: the model's name replaced, the platform's quirks
   * minded, seals of the recipient freed of their tags, and every other byte as it came.
   * @throws AppError bound_elsewhere when a seal of another account may not be left out.
   */
  forward(to: Recipient): { body: Buffer; dropped: string[] };
  /** Tags of the accounts that made the seals in it. */
  accounts: readonly AccountTag[];
  /** What it refers to in a platform's store: files, conversations, containers, … */
  storedIds: readonly StoredId[];
  /** A stored response that it continues (`previous_response_id`). */
  previousId: string | null;
  /** Whether the answer is to be kept for later reference. */
  store: boolean;
  /** True when the answer is made later: what it takes is not known when the books are closed. */
  inBackground?: boolean;
  /** Members of the request that its protocol repeats in the answer (Responses); else empty. */
  echo: Readonly<Record<string, unknown>>;
};

/** Who a body is written for. */
export type Recipient = { model: string; quirks: Quirks; account: AccountTag };

/** What an answer needs to know of its question. */
export type AnswerContext = {
  requestId: string;
  /** The public name that the client asked for. */
  model: string;
  /** Epoch seconds. */
  createdAt: number;
  wantsUsage: boolean;
  dialogue: Dialogue;
  /** The request's `echo`. */
  echo: Readonly<Record<string, unknown>>;
};

/** One SSE event; without a name it is only data. */
export type Frame = { event?: string; data: string };

export type StreamWriter = { write(event: DialogueEvent): Frame[] };

/** Reads the frames of one stream; keeps what it must remember from one to the next. */
export type StreamReader = {
  /** `data` is the joined data of one SSE frame. */
  read(data: string): DialogueEvent[];
  /** The stream ended: `done` where that is how this protocol ends, else nothing. */
  end(): DialogueEvent[];
};
