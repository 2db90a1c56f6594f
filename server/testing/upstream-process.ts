import type http from 'node:http';
import {
  chunk,
  DONE,
  type ReceivedCall,
  scriptedUpstream,
  usageChunk,
} from './scripted-upstream.ts';

/**
 * A platform in a process of its own, for end-to-end tests: run this file, read its URL from the
 * first line. How it answers is in the request's `metadata`, so that many tests can share one:
 * `words`, `gapMs` between them, `status` of a failure, `tool` to call.
 */
const upstream = await scriptedUpstream(respond);
process.stdout.write(`${upstream.url}\n`);
// NOTE: whoever started it may be killed; a closed pipe is the sign.
process.stdin.resume().once('end', () => process.exit());

/** Metadata is text by OpenAI's specification. */
type Wish = { words?: string; gapMs?: string; status?: string; tool?: string };

async function respond(call: ReceivedCall, res: http.ServerResponse): Promise<void> {
  if (call.path === '/v1/models') return json(res, 200, { object: 'list', data: [{ id: 'tiny' }] });
  const wish = (call.json?.['metadata'] ?? {}) as Wish;
  if (wish.status)
    return json(res, Number(wish.status), { error: { message: 'as wished', type: 'test' } });
  const words = Array.from({ length: Number(wish.words ?? 3) }, (_, index) => ` word${index}`);
  if (call.json?.['stream']) return streamWords(call, res, words, Number(wish.gapMs ?? 0));
  await pause(Number(wish.gapMs ?? 0));
  json(res, 200, {
    id: 'chatcmpl-1',
    object: 'chat.completion',
    created: 1,
    model: call.json?.['model'],
    choices: [{ index: 0, ...said(call, wish, words.join('')) }],
    usage: { prompt_tokens: 5, completion_tokens: words.length, total_tokens: 5 + words.length },
  });
}

/** Text, or first the wished tool's call and then, given its result, a text about it. */
function said(call: ReceivedCall, wish: Wish, text: string) {
  const messages = (call.json?.['messages'] ?? []) as { role: string; content: unknown }[];
  const last = messages.at(-1);
  if (last?.role === 'tool') {
    const content = `The tool said ${String(last.content)}`;
    return { message: { role: 'assistant', content }, finish_reason: 'stop' };
  }
  if (!wish.tool) return { message: { role: 'assistant', content: text }, finish_reason: 'stop' };
  const call1 = { id: 'call_1', type: 'function', function: { name: wish.tool, arguments: '{}' } };
  return {
    message: { role: 'assistant', content: null, tool_calls: [call1] },
    finish_reason: 'tool_calls',
  };
}

async function streamWords(
  call: ReceivedCall,
  res: http.ServerResponse,
  words: readonly string[],
  gapMs: number,
): Promise<void> {
  res.writeHead(200, { 'content-type': 'text/event-stream' });
  for (const word of words) {
    if (res.destroyed) return;
    res.write(chunk(word));
    await pause(gapMs);
  }
  res.write(chunk('', 'stop'));
  const options = call.json?.['stream_options'] as { include_usage?: boolean } | undefined;
  if (options?.include_usage) res.write(usageChunk);
  res.end(DONE);
}

/** The platform's own slowness, which is what a test may ask for; nothing waits for it by the clock. */
function pause(ms: number): Promise<void> {
  return ms > 0 ? new Promise((resolve) => setTimeout(resolve, ms)) : Promise.resolve();
}

function json(res: http.ServerResponse, status: number, body: object): void {
  res.writeHead(status, { 'content-type': 'application/json' });
  res.end(JSON.stringify(body));
}
