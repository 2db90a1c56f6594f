import {
  bodyChunks,
  ChatError,
  type ChatEvent,
  parseJson,
  readChatStream,
  readEnvelope,
  UNREADABLE,
} from './chat-stream.ts';
import type { RequestBody } from './conversation.ts';

const PLAYGROUND_URL = '/playground/v1/chat/completions';

type Sending = {
  fetch: typeof globalThis.fetch;
  signal: AbortSignal;
  /** Told as soon as the server named the request, before its first word and also when it failed. */
  onRequestId: (id: string) => void;
};

/** Seconds of a `retry-after` header as milliseconds. */
function retryAfterMs(headers: Headers): number | null {
  const seconds = Number(headers.get('retry-after') ?? Number.NaN);
  return Number.isFinite(seconds) && seconds >= 0 ? seconds * 1_000 : null;
}

async function refusal(response: Response): Promise<ChatError> {
  const said = parseJson(await response.text());
  const known = readEnvelope(said, retryAfterMs(response.headers));
  return known ?? new ChatError(UNREADABLE, `HTTP ${response.status}`);
}

/**
 * Asks through the playground's door, with the session's cookie, and yields the answer as it comes.
 * Throws ChatError for what the server refused or broke off, and fetch's own errors when there was
 * no connection or `signal` aborted.
 */
export async function* sendChat(
  body: RequestBody,
  { fetch, signal, onRequestId }: Sending,
): AsyncGenerator<ChatEvent> {
  const response = await fetch(PLAYGROUND_URL, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
    body: JSON.stringify(body),
    credentials: 'same-origin',
    signal,
  });
  const id = response.headers.get('x-request-id');
  if (id) onRequestId(id);
  if (!response.ok) throw await refusal(response);
  const streamed = response.headers.get('content-type')?.startsWith('text/event-stream');
  if (!streamed || !response.body) throw await refusal(response);
  yield* readChatStream(bodyChunks(response.body));
}
