import { describe, expect, test } from 'vitest';
import { readWhole } from '../infra/outbound/index.ts';
import type { UpstreamAnswer, UpstreamRequest } from './platform.ts';
import { pluginPlatform } from './plugin.ts';
import { createPluginCalls } from './plugin-calls.ts';

const event = (json: object) => `data: ${JSON.stringify(json)}\n\n`;
const words = (content: string, finish: string | null = null) =>
  event({ choices: [{ index: 0, delta: { content }, finish_reason: finish }] });
const finish = event({ choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] });
const DONE = 'data: [DONE]\n\n';

const REQUEST: UpstreamRequest = {
  baseUrl: 'http://plugin.test/v1',
  path: '/chat/completions',
  method: 'POST',
  auth: 'bearer',
  secret: 'sk-1',
  headers: {},
  body: Buffer.from('{"model":"m","stream":true}'),
  options: {},
  signal: new AbortController().signal,
  timeoutMs: 1_000,
};

function answering(pieces: readonly string[], type = 'text/event-stream') {
  const seen: UpstreamRequest[] = [];
  let destroyed = false;
  const call = createPluginCalls(async (request) => {
    seen.push(request);
    async function* body() {
      for (const piece of pieces) yield Buffer.from(piece);
    }
    return {
      status: 200,
      headers: { 'content-type': type },
      body: { [Symbol.asyncIterator]: body, destroy: () => (destroyed = true) },
    };
  });
  return { call, seen, destroyed: () => destroyed };
}

const textOf = async ({ body }: UpstreamAnswer) =>
  (await readWhole(body, 1_000_000, () => new Error('too long') as never)).toString();

describe('an error inside a stream becomes a status', () => {
  test.each([
    ['RESOURCE_EXHAUSTED', 429],
    ['RESOURCE_EXHAUSTED: quota of gemini-3-pro is used up', 429],
    ['Error: ALL_ENDPOINTS_403', 502],
    ['RESOURCE_PROJECT_INVALID', 502],
    ['IMAGE_INPUT_EXCEEDED_MAXIMUM_5_MB', 400],
    ['ILLEGAL_PROMPT', 400],
  ])('%s', async (text, status) => {
    const { call, destroyed } = answering([': hi\n\n', words(text), finish, DONE]);
    const answer = await call(REQUEST);
    expect(answer.status).toBe(status);
    expect(JSON.parse(await textOf(answer))).toEqual({ error: text });
    expect(destroyed()).toBe(true);
  });

  test('in one chunk with its end, cut anywhere', async () => {
    const whole = words('RESOURCE_EXHAUSTED', 'stop') + DONE;
    for (let at = 1; at < whole.length; at += 7) {
      const { call } = answering([whole.slice(0, at), whole.slice(at)]);
      expect((await call(REQUEST)).status).toBe(429);
    }
  });
});

describe('an answer stays as it came', () => {
  test.each([
    ['plain words', [words('Hello'), words(' you'), finish, DONE]],
    ['words about a code', [words('RESOURCE_EXHAUSTED'), words(' is a status'), finish, DONE]],
    ['a code later on', [words('Hm: '), words('ILLEGAL_PROMPT'), finish, DONE]],
    ['a word that begins like a code', [words('ILLEGAL_PROMPTS'), finish, DONE]],
    ['a property of every object', [words('CONSTRUCTOR constructor'), finish, DONE]],
    ['no JSON', ['data: {\n\n', DONE]],
    ['nothing at all', []],
    ['silence for long', [`: ${'x'.repeat(70_000)}\n\n`, words('late'), DONE]],
  ])('%s', async (_name, pieces) => {
    const { call } = answering(pieces);
    const answer = await call(REQUEST);
    expect(answer.status).toBe(200);
    expect(await textOf(answer)).toBe(pieces.join(''));
  });

  test('a whole answer is not looked at', async () => {
    const { call } = answering(['RESOURCE_EXHAUSTED'], 'application/json');
    expect((await call(REQUEST)).status).toBe(200);
  });
});

describe('the second family', () => {
  test('is asked for with a header and the bare name', async () => {
    const { call, seen } = answering([DONE]);
    await call({ ...REQUEST, body: Buffer.from('{"model":"kiro/claude","stream":false}') });
    expect(seen[0]?.headers).toEqual({ 'x-account-type': 'kiro' });
    expect(seen[0]?.body?.toString()).toBe('{"model":"claude","stream":false}');
  });

  test('is not what a prompt says', async () => {
    const { call, seen } = answering([DONE]);
    const body = Buffer.from('{"model":"m","messages":[{"role":"user","content":"kiro/x"}]}');
    await call({ ...REQUEST, body });
    expect(seen[0]?.headers).toEqual({});
    expect(seen[0]?.body).toBe(body);
  });
});

test('says plainly that it does not want a stream', () => {
  expect(pluginPlatform('http://plugin.test').quirks?.('m')).toEqual({
    unstreamed: { stream: false },
  });
});
