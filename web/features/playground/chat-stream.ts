import { createParser } from 'eventsource-parser';
import { z } from 'zod';

/** What a streamed answer says, in the order it says it. */
export type ChatEvent =
  | { kind: 'text'; text: string }
  | { kind: 'reasoning'; text: string }
  | { kind: 'usage'; inputTokens: number; outputTokens: number }
  | { kind: 'finish'; reason: string };

/** Why an answer did not come or broke off. `code` is the envelope's, or one of our own below. */
export class ChatError extends Error {
  override readonly name = 'ChatError';
  readonly code: string | null;
  /** Whole milliseconds until another try makes sense, when the server said so. */
  readonly retryAfterMs: number | null;

  constructor(code: string | null, message: string, retryAfterMs: number | null = null) {
    super(message);
    this.code = code;
    this.retryAfterMs = retryAfterMs;
  }
}

/** Codes of a ChatError that no server sends. */
export const BROKEN_OFF = 'broken_off';
export const UNREADABLE = 'unreadable';

/** A stream whose single event is longer than this is not a chat. */
const MOST_EVENT_CHARS = 4 * 1024 * 1024;

const Delta = z.object({
  content: z.string().nullish(),
  reasoning_content: z.string().nullish(),
  reasoning: z.string().nullish(),
  refusal: z.string().nullish(),
});

/** Source: https://platform.openai.com/docs/api-reference/chat-streaming */
const Chunk = z.object({
  choices: z
    .array(z.object({ delta: Delta.nullish(), finish_reason: z.string().nullish() }))
    .nullish(),
  usage: z.object({ prompt_tokens: z.number(), completion_tokens: z.number() }).nullish(),
});

const Envelope = z.object({
  error: z.union([
    z.string(),
    z.object({ message: z.string(), code: z.union([z.string(), z.number()]).nullish() }),
  ]),
});

/** The error an envelope carries, or null when the JSON is none. */
export function readEnvelope(json: unknown, retryAfterMs: number | null = null): ChatError | null {
  const parsed = Envelope.safeParse(json);
  if (!parsed.success) return null;
  const { error } = parsed.data;
  if (typeof error === 'string') return new ChatError(null, error, retryAfterMs);
  const code = error.code === undefined || error.code === null ? null : String(error.code);
  return new ChatError(code, error.message, retryAfterMs);
}

/** JSON of a text, undefined when it is none. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** What one frame's data says. Throws ChatError for an error frame and for what cannot be read. */
function readChunk(data: string): ChatEvent[] {
  const json = parseJson(data);
  const error = readEnvelope(json);
  if (error) throw error;
  const chunk = Chunk.safeParse(json);
  if (!chunk.success) throw new ChatError(UNREADABLE, '');
  const events: ChatEvent[] = [];
  const choice = chunk.data.choices?.[0];
  const reasoning = choice?.delta?.reasoning_content ?? choice?.delta?.reasoning;
  if (reasoning) events.push({ kind: 'reasoning', text: reasoning });
  const text = choice?.delta?.content ?? choice?.delta?.refusal;
  if (text) events.push({ kind: 'text', text });
  if (choice?.finish_reason) events.push({ kind: 'finish', reason: choice.finish_reason });
  const usage = chunk.data.usage;
  if (usage) {
    const { prompt_tokens: inputTokens, completion_tokens: outputTokens } = usage;
    events.push({ kind: 'usage', inputTokens, outputTokens });
  }
  return events;
}

/**
 * Reads a streamed chat completion from its bytes, however they are cut. Comments (heartbeats) are
 * passed over. Throws ChatError on an error frame, on unreadable data, and when the stream ends
 * without its `[DONE]`; whatever `body` throws (an abort, a lost connection) comes through as it is.
 */
export async function* readChatStream(body: AsyncIterable<Uint8Array>): AsyncGenerator<ChatEvent> {
  const frames: string[] = [];
  let tooLong = false;
  const parser = createParser({
    maxBufferSize: MOST_EVENT_CHARS,
    onEvent: ({ data }) => frames.push(data),
    onError: ({ type }) => {
      if (type === 'max-buffer-size-exceeded') tooLong = true;
    },
  });
  const decoder = new TextDecoder();
  for await (const bytes of body) {
    parser.feed(decoder.decode(bytes, { stream: true }));
    for (const data of frames.splice(0)) {
      if (data === '[DONE]') return;
      yield* readChunk(data);
    }
    if (tooLong) throw new ChatError(UNREADABLE, '');
  }
  throw new ChatError(BROKEN_OFF, '');
}

/** The chunks of a fetched body. Leaving the loop early cancels the rest. */
export async function* bodyChunks(body: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  // NOTE: not every browser in use can iterate a ReadableStream itself.
  const reader = body.getReader();
  try {
    for (let part = await reader.read(); !part.done; part = await reader.read()) yield part.value;
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}
