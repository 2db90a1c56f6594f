import type { Reasoning } from '../../platforms/quirks.ts';
import type { TokenUsage } from '../ports.ts';

/*
 * A chat in no protocol's own words. Every protocol reads its requests and answers into this form
 * and writes them out of it, so that N protocols need N files and no pairs. What a protocol cannot
 * say is listed in fidelity.ts, with what becomes of it.
 *
 * Absent is null, never undefined: a writer that forgets a field is then a type error.
 */

/** A chat request. */
export type Dialogue = {
  messages: Message[];
  tools: Tool[];
  toolChoice: ToolChoice | null;
  /** May the model ask for several calls at once? Null = as the platform likes. */
  parallelCalls: boolean | null;
  format: OutputFormat | null;
  reasoning: Reasoning | null;
  sampling: Sampling;
  /** Most tokens of one answer, reasoning included. */
  maxOutputTokens: number | null;
  stop: string[];
  /** Answers wanted to the same question (`n`, `candidateCount`); 1 unless asked for more. */
  answers: number;
  stream: boolean;
  /** Groups requests that share a prompt, so that a platform can find its cache again. */
  cacheKey: string | null;
  /** Stands for the person behind the request at the platform; never a name of ours. */
  endUser: string | null;
  metadata: Record<string, string> | null;
  verbosity: 'low' | 'medium' | 'high' | null;
  serviceTier: string | null;
  /**
   * Members of the client's request that have no place here, as the client wrote them (top-level
   * names, or a dotted path). They reach a platform of the same protocol, whose body is forwarded;
   * in translation they are dropped and named in `x-gatehouse-dropped`.
   */
  unsaid: string[];
};

/**
 * One turn. A tool's result is a message of its own; writers whose protocol puts results into a
 * user's turn join them. System and developer turns may stand anywhere.
 */
export type Message =
  | { role: 'system' | 'developer'; parts: TextPart[] }
  | { role: 'user'; parts: UserPart[] }
  | { role: 'assistant'; parts: AnswerPart[] }
  | ToolMessage;

export type ToolMessage = {
  role: 'tool';
  /** The call it answers. */
  callId: string;
  /** The tool's name where the protocol says it; readers fill it in from the call if they can. */
  name: string | null;
  parts: (TextPart | ImagePart | FilePart)[];
  isError: boolean;
  cache: CacheMark | null;
};

export type UserPart = TextPart | ImagePart | AudioPart | FilePart;
/** What a model writes. */
export type AnswerPart = TextPart | ThoughtPart | CallPart | RefusalPart;

/** Everything up to here is worth caching; `ttl` as the client wrote it, e.g. `5m`, `1h`. */
export type CacheMark = { ttl: string | null };

export type TextPart = {
  kind: 'text';
  text: string;
  citations: Citation[];
  cache: CacheMark | null;
};

/** Where something is: at a URL, in the request (base64), or in a platform's file store. */
export type Source =
  | { at: 'url'; url: string }
  | { at: 'data'; mediaType: string; data: string }
  | { at: 'file'; id: string };

export type ImagePart = {
  kind: 'image';
  source: Source;
  detail: 'low' | 'high' | 'auto' | null;
  cache: CacheMark | null;
};

/** Base64; format as OpenAI names it: `wav`, `mp3`. */
export type AudioPart = { kind: 'audio'; data: string; format: string };

/** A document. `mediaType` of a URL is null when the client did not say. */
export type FilePart = {
  kind: 'file';
  source: Source;
  name: string | null;
  cache: CacheMark | null;
};

/**
 * Reasoning the model shows or hides. `text` is what may be read; `seal` is what the platform wants
 * back unchanged. A seal with no text may also vouch for the part behind it (Gemini).
 */
export type ThoughtPart = {
  kind: 'thought';
  text: string;
  seal: Seal | null;
  /** True for reasoning that the platform hid altogether (Anthropic's `redacted_thinking`). */
  redacted: boolean;
};

/**
 * A platform's signature over its reasoning, or the reasoning encrypted. Only the kind of platform
 * that made it can read it, and often only the same account: see seals.ts.
 */
export type Seal = {
  maker: 'anthropic' | 'openai' | 'gemini';
  /** As the platform wrote it. */
  value: string;
  /** Which account made it; null when the seal did not come through Gatehouse. */
  account: AccountTag | null;
};
/** Stands for an account in what clients get to see; see seals.ts. */
export type AccountTag = string;

/** The model asks for a tool. `arguments` is JSON text, or plain text for a tool of kind `custom`. */
export type CallPart = {
  kind: 'call';
  id: string;
  name: string;
  arguments: string;
  cache: CacheMark | null;
};

export type RefusalPart = { kind: 'refusal'; text: string };

/** A source the model names. `start` and `end` are offsets (UTF-16) into the part's text. */
export type Citation = {
  url: string;
  title: string | null;
  quote: string | null;
  start: number | null;
  end: number | null;
};

export type Tool =
  | {
      kind: 'function';
      name: string;
      description: string | null;
      /** JSON schema of the arguments; null = it takes none. */
      schema: JsonSchema | null;
      strict: boolean | null;
      cache: CacheMark | null;
    }
  /** Takes free text instead of JSON. `grammar` is the client's own definition, passed on as it is. */
  | { kind: 'custom'; name: string; description: string | null; grammar: unknown }
  /** Runs at the platform (web search, code, …): it means something to its own protocol only. */
  | { kind: 'hosted'; type: string };

export type JsonSchema = Record<string, unknown>;

export type ToolChoice =
  | { type: 'auto' | 'none' | 'required' }
  | { type: 'tool'; name: string }
  /** One (`required`) or any (`auto`) of these, and no other. */
  | { type: 'allowed'; mode: 'auto' | 'required'; names: string[] };

export type OutputFormat =
  | { type: 'json' }
  | {
      type: 'schema';
      name: string | null;
      description: string | null;
      schema: JsonSchema;
      strict: boolean | null;
    };

export type Sampling = {
  temperature: number | null;
  topP: number | null;
  topK: number | null;
  seed: number | null;
  frequencyPenalty: number | null;
  presencePenalty: number | null;
  /** How many alternatives of each token to report; 0 = only the token's own probability. */
  logprobs: number | null;
  logitBias: Record<string, number> | null;
};

/** Why the model stopped. A stop sequence is `stop`, and named beside it. */
export type Finish = 'stop' | 'length' | 'calls' | 'filtered' | 'refused';

/** A whole answer. */
export type DialogueAnswer = {
  /** The platform's own id of the answer; null when it gave none. */
  id: string | null;
  /** As the platform names it. */
  model: string | null;
  parts: AnswerPart[];
  finish: Finish;
  stopSequence: string | null;
  usage: TokenUsage | null;
};

/**
 * A streamed answer, piece by piece. Parts are numbered from 0 in the order they open, stay open
 * until they are closed, and are all closed before `finish`. `usage` may come at any time and more
 * than once: the last one counts. After `done` or `error` nothing follows.
 */
export type DialogueEvent =
  | { type: 'start'; id: string | null; model: string | null }
  | { type: 'open'; part: number; kind: 'text' | 'refusal' }
  | { type: 'open'; part: number; kind: 'thought'; redacted: boolean }
  | { type: 'open'; part: number; kind: 'call'; id: string; name: string }
  /** More of the open part: words, or a call's arguments. */
  | { type: 'text'; part: number; text: string }
  | { type: 'seal'; part: number; seal: Seal }
  | { type: 'citation'; part: number; citation: Citation }
  | { type: 'close'; part: number }
  | { type: 'usage'; usage: TokenUsage }
  | { type: 'finish'; reason: Finish; stopSequence: string | null }
  /** The answer is complete: the closing frame, or the end where a protocol has none. */
  | { type: 'done' }
  /** What the platform said instead of going on. */
  | { type: 'error'; message: string };

export const NO_SAMPLING: Sampling = {
  temperature: null,
  topP: null,
  topK: null,
  seed: null,
  frequencyPenalty: null,
  presencePenalty: null,
  logprobs: null,
  logitBias: null,
};

/** A request that asks for nothing in particular; readers spread it and fill in what they found. */
export const EMPTY_DIALOGUE: Omit<Dialogue, 'messages'> = {
  tools: [],
  toolChoice: null,
  parallelCalls: null,
  format: null,
  reasoning: null,
  sampling: NO_SAMPLING,
  maxOutputTokens: null,
  stop: [],
  answers: 1,
  stream: false,
  cacheKey: null,
  endUser: null,
  metadata: null,
  verbosity: null,
  serviceTier: null,
  unsaid: [],
};

/** A text part without citations or cache mark. */
export function text(words: string): TextPart {
  return { kind: 'text', text: words, citations: [], cache: null };
}

/** A part of an answer as it opens: nothing is in it yet. */
export function emptyPart(event: Extract<DialogueEvent, { type: 'open' }>): AnswerPart {
  switch (event.kind) {
    case 'text':
      return { kind: 'text', text: '', citations: [], cache: null };
    case 'refusal':
      return { kind: 'refusal', text: '' };
    case 'thought':
      return { kind: 'thought', text: '', seal: null, redacted: event.redacted };
    case 'call':
      return { kind: 'call', id: event.id, name: event.name, arguments: '', cache: null };
  }
}
