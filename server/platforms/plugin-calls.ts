import type { CallPlatform, UpstreamAnswer, UpstreamRequest } from './platform.ts';
import { codedError, SECOND_FAMILY } from './plugin.ts';

/** So much of a stream is looked at before it is believed to be an answer. */
const MOST_LOOKED_AT = 65_536;
const MARK = Buffer.from(`"${SECOND_FAMILY}`);

/**
 * Calls the Plug-in API as it wants to be called: models of its second family by a header, and what
 * it says went wrong inside a stream of status 200 told by a status, before anything of it is passed on.
 */
export function createPluginCalls(call: CallPlatform): CallPlatform {
  return async (request) => unmasked(await call(withFamily(request)));
}

/** `kiro/x` is the model `x` there, asked for with a header. */
function withFamily(request: UpstreamRequest): UpstreamRequest {
  if (!request.body?.includes(MARK)) return request;
  const body: unknown = JSON.parse(request.body.toString());
  if (!isRecord(body)) return request;
  const { model } = body;
  if (typeof model !== 'string' || !model.startsWith(SECOND_FAMILY)) return request;
  const named = { ...body, model: model.slice(SECOND_FAMILY.length) };
  const headers = { ...request.headers, 'x-account-type': 'kiro' };
  return { ...request, headers, body: Buffer.from(JSON.stringify(named)) };
}

/** The same answer, or the error that a stream of status 200 holds instead of one. */
export async function unmasked(answer: UpstreamAnswer): Promise<UpstreamAnswer> {
  const type = String(answer.headers['content-type'] ?? '');
  if (answer.status !== 200 || !type.startsWith('text/event-stream')) return answer;
  const source = answer.body[Symbol.asyncIterator]();
  const look = createLook();
  const seen: Uint8Array[] = [];
  for (;;) {
    const { done, value } = await source.next();
    if (!done) seen.push(value);
    const verdict = done ? look.end() : look.read(value);
    if (verdict === 'more') continue;
    if (verdict === 'answer') return { ...answer, body: replayed(seen, source, answer) };
    answer.body.destroy();
    const body = JSON.stringify({ error: verdict.text });
    return {
      status: verdict.status,
      headers: { 'content-type': 'application/json' },
      body: replayed([Buffer.from(body)], null, answer),
    };
  }
}

function replayed(
  seen: readonly Uint8Array[],
  source: AsyncIterator<Uint8Array> | null,
  { body }: UpstreamAnswer,
): UpstreamAnswer['body'] {
  async function* chunks() {
    try {
      yield* seen;
      while (source) {
        const { done, value } = await source.next();
        if (done) return;
        yield value;
      }
    } finally {
      await source?.return?.();
    }
  }
  return { [Symbol.asyncIterator]: chunks, destroy: (error) => body.destroy(error) };
}

type Verdict = 'more' | 'answer' | { status: number; text: string };

/**
 * Tells an error from an answer: an error is one coded text and then the end. Nothing else is held
 * back, so that an answer that only begins like one is an answer.
 */
function createLook() {
  const decoder = new TextDecoder();
  let text = '';
  let bytes = 0;
  let suspect: Exclude<Verdict, string> | null = null;

  /** Takes in what a chunk says; false when that cannot be an error. */
  function suspicious({ other, words }: Said): boolean {
    if (words === '') return !other;
    const coded = suspect === null && !other ? codedError(words) : null;
    if (coded) suspect = { status: coded.status, text: words };
    return coded !== null;
  }

  function event(lines: string): Verdict {
    const data = dataOf(lines);
    if (data === null) return 'more';
    const said = data === '[DONE]' ? END : saidIn(data);
    if (!suspicious(said)) return 'answer';
    return said.ends ? (suspect ?? 'answer') : 'more';
  }

  return {
    read(chunk: Uint8Array): Verdict {
      bytes += chunk.length;
      if (bytes > MOST_LOOKED_AT) return 'answer';
      text += decoder.decode(chunk, { stream: true });
      const events = text.split(/\r?\n\r?\n/);
      text = events.pop() ?? '';
      for (const lines of events) {
        const verdict = event(lines);
        if (verdict !== 'more') return verdict;
      }
      return 'more';
    },
    end: (): Exclude<Verdict, 'more'> => suspect ?? 'answer',
  };
}

function dataOf(lines: string): string | null {
  const data = lines
    .split(/\r?\n/)
    .filter((line) => line.startsWith('data:'))
    .map((line) => line.slice(5).replace(/^ /, ''));
  return data.length === 0 ? null : data.join('\n');
}

/** The words of a chunk, whether it ends the answer, and whether it holds anything else. */
type Said = { words: string; ends: boolean; other: boolean };

const END: Said = { words: '', ends: true, other: false };

function saidIn(data: string): Said {
  const choice = firstChoice(data);
  if (!choice) return { words: '', ends: false, other: true };
  const delta = isRecord(choice['delta']) ? choice['delta'] : {};
  const { content } = delta;
  const other = ['reasoning_content', 'tool_calls'].some((name) => Boolean(delta[name]));
  const finish = choice['finish_reason'];
  const ends = typeof finish === 'string' && finish !== '';
  return { words: typeof content === 'string' ? content : '', ends, other };
}

function firstChoice(data: string): Record<string, unknown> | null {
  try {
    const chunk: unknown = JSON.parse(data);
    const choices = isRecord(chunk) ? chunk['choices'] : null;
    const first: unknown = Array.isArray(choices) ? choices[0] : null;
    return isRecord(first) ? first : null;
  } catch {
    return null;
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
