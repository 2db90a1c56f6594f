import type { Protocol as ProtocolId } from '#shared/schemas/platforms.ts';
import type { ReceivedCall, Respond } from '../scripted-upstream.ts';

/*
 * The terms in which the protocol matrix speaks: a client of one protocol asks, a platform of
 * another hears and answers. Clients are the official ones; platforms are written here by hand from
 * the providers' references, not with the gateway's own writers, so that both ends are independent
 * of what lies between them.
 */

/** What a client is to ask for. */
export type Ask = {
  prompt: string;
  stream: boolean;
  tool?: { name: string; schema: Record<string, unknown> };
  /** Base64 of a PNG. */
  image?: string;
  /** Wish for much thought, shown. */
  think?: boolean;
  schema?: Record<string, unknown>;
  /** The answer before, and the result of the call in it, if it made one. */
  history?: { prompt: string; got: Got; result?: string };
};

/** What a client got, as its own library shows it. */
export type Got = {
  text: string;
  thought: string;
  calls: { id: string; name: string; arguments: unknown }[];
  input: number;
  output: number;
  /** How many pieces of text came; 0 for whole answers. */
  pieces: number;
  /** The library's own form of the assistant's turn, to be handed back in `history`. */
  turn: unknown;
};

export type Client = {
  protocol: ProtocolId;
  /** Whether its protocol can carry a platform's seal over reasoning. */
  seals: boolean;
  /** `origin` is the gateway's address without path. */
  ask(origin: string, ask: Ask, signal?: AbortSignal): Promise<Got>;
  /** The HTTP status of an error its library raised; null for one from within a stream. */
  statusOf(error: unknown): number | null;
};

/** What a platform heard, whatever protocol it was said in. */
export type Heard = {
  /** Texts of the user's turns. */
  prompts: string[];
  tools: { name: string; schema: unknown }[];
  images: string[];
  thinks: boolean;
  schema: unknown;
  results: string[];
  seals: string[];
  stream: boolean;
};

/** What a platform is to say: any of a thought, a text and a call; 7 tokens in, 3 out. */
export type Say = {
  thought?: { text: string; seal: string };
  text?: string;
  call?: { id: string; name: string; arguments: object };
};

export type FakePlatform = {
  protocol: ProtocolId;
  hear(call: ReceivedCall): Heard;
  /** A whole answer or a stream, as the call asks. */
  say(what: Say): Respond;
  /** An error in the platform's dialect. */
  refuse(status: number, message: string, headers?: Record<string, string>): Respond;
  /** A stream that begins to answer and then tells of an error. */
  failMidway(message: string): Respond;
  /** A stream that says one word and then nothing until its connection closes. */
  hang(): Respond;
};
