import { describe, expect, test } from 'vitest';
import { CLIENTS, PLATFORMS } from '../testing/matrix/index.ts';
import { lab } from '../testing/matrix/lab.ts';
import type { Client, Say } from '../testing/matrix/matrix.ts';
import { carriesSeal } from '../testing/matrix/page.ts';

/*
 * Every client's protocol against every platform's, each asked by its official library and answered
 * by a platform written from its reference: docs/protocols.md shows these cells.
 */

const PNG =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==';
const WEATHER = {
  name: 'weather',
  schema: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
};
const SCHEMA = {
  type: 'object',
  properties: { answer: { type: 'integer' } },
  required: ['answer'],
  additionalProperties: false,
};
const HELLO: Say = { text: 'Hello there, you.' };
const CALL: Say = { call: { id: 'call_up', name: 'weather', arguments: { city: 'Łódź' } } };
const SEAL = 'c2VhbA/+c2VhbA==';
const THOUGHT: Say = { thought: { text: 'Two and two.', seal: SEAL }, text: 'Four, I think.' };

const CELLS = CLIENTS.flatMap((client) =>
  PLATFORMS.map((platform) => ({
    client,
    platform,
    name: `${client.protocol} → ${platform.protocol}`,
  })),
);

describe.each(CELLS)('$name', ({ client, platform }) => {
  const isSame = client.protocol === platform.protocol;

  test('plain: the question arrives, the answer comes back, its tokens are counted', async () => {
    await using it = await lab(platform, [platform.say(HELLO)]);
    const got = await client.ask(it.origin, { prompt: 'Hi?', stream: false });
    expect(it.heard()).toMatchObject({ prompts: ['Hi?'], stream: false, tools: [], images: [] });
    expect(got).toMatchObject({ text: HELLO.text, calls: [], input: 7, output: 3 });
    expect(it.gateway.records).toMatchObject([
      { outcome: 'ok', inputTokens: 7, outputTokens: 3, estimated: false, stream: false },
    ]);
  });

  test('stream: the answer comes piece by piece, with its tokens', async () => {
    await using it = await lab(platform, [platform.say(HELLO)]);
    const got = await client.ask(it.origin, { prompt: 'Hi?', stream: true });
    expect(it.heard()).toMatchObject({ prompts: ['Hi?'], stream: true });
    expect(got).toMatchObject({ text: HELLO.text, input: 7, output: 3 });
    expect(got.pieces).toBe(2);
    expect(it.gateway.records).toMatchObject([
      { outcome: 'ok', inputTokens: 7, outputTokens: 3, estimated: false, stream: true },
    ]);
  });

  test.each([false, true])('tools: a call and its result go round (stream: %s)', async (stream) => {
    await using it = await lab(platform, [platform.say(CALL), platform.say(HELLO)]);
    const asked = { prompt: 'How is it in Łódź?', stream, tool: WEATHER };
    const got = await client.ask(it.origin, asked);
    const tool = it.heard().tools[0];
    expect(tool).toMatchObject({ name: 'weather' });
    expect(tool?.schema).toMatchObject(WEATHER.schema);
    expect(got.calls).toMatchObject([{ name: 'weather', arguments: { city: 'Łódź' } }]);
    const history = { prompt: asked.prompt, got, result: '31 degrees' };
    const then = await client.ask(it.origin, { ...asked, history });
    expect(it.heard(1).results.join()).toContain('31 degrees');
    expect(then.text).toBe(HELLO.text);
  });

  test('image: it arrives byte for byte', async () => {
    await using it = await lab(platform, [platform.say(HELLO)]);
    await client.ask(it.origin, { prompt: 'What is it?', stream: false, image: PNG });
    expect(it.heard()).toMatchObject({ prompts: ['What is it?'], images: [PNG] });
  });

  test.each([false, true])(
    'reasoning: wished for, shown, handed back (stream: %s)',
    async (stream) => {
      await using it = await lab(platform, [platform.say(THOUGHT), platform.say(HELLO)]);
      const asked = { prompt: '2 + 2?', stream, think: true };
      const got = await client.ask(it.origin, asked);
      expect(it.heard().thinks).toBe(true);
      expect(got).toMatchObject({ text: 'Four, I think.', thought: 'Two and two.' });
      const history = { prompt: asked.prompt, got };
      await client.ask(it.origin, { ...asked, prompt: 'Sure?', history });
      expect(it.heard(1).prompts.at(-1)).toBe('Sure?');

      expect(it.heard(1).seals).toEqual(carriesSeal(client, platform) ? [SEAL] : []);
    },
  );

  test('structured: the schema arrives, the JSON comes back', async () => {
    await using it = await lab(platform, [platform.say({ text: '{"answer":4}' })]);
    const asked = { prompt: '2 + 2?', stream: false, schema: SCHEMA };
    const got = await client.ask(it.origin, asked);
    expect(it.heard().schema).toMatchObject(SCHEMA);
    expect(JSON.parse(got.text)).toEqual({ answer: 4 });
  });

  test('error: before an answer with its status, within one as an error, never as an end', async () => {
    await using it = await lab(platform, [
      platform.refuse(400, 'too hot'),
      platform.refuse(429, 'slow down', { 'retry-after': '7' }),
      platform.failMidway('lost the thread'),
    ]);
    const ask = (stream: boolean) =>
      client.ask(it.origin, { prompt: 'Hi?', stream }).catch((error: unknown) => error);
    const refused = await ask(false);
    expect(client.statusOf(refused)).toBe(400);
    expect(String(refused)).toContain('too hot');
    expect(client.statusOf(await ask(true))).toBe(429);
    const broken = await ask(true);
    expect(broken).toBeInstanceOf(Error);
    expect(String(broken)).toContain('lost the thread');
    expect(it.gateway.records.map(({ outcome }) => outcome)).toEqual([
      'upstream_refused',
      'upstream_rate_limited',
      'upstream_failed',
    ]);
    expect(it.gateway.held.size).toBe(0);
  });

  test('abort: the platform’s connection closes with the client’s', async () => {
    await using it = await lab(platform, [platform.hang()]);
    const abort = new AbortController();
    const asked = client.ask(it.origin, { prompt: 'Hi?', stream: true }, abort.signal);
    await Promise.race([it.upstream.called, asked]);
    abort.abort();
    await expect(asked).rejects.toThrow();
    await it.upstream.calls[0]?.closed;
    await expect.poll(() => it.gateway.records.map(({ outcome }) => outcome)).toEqual(['aborted']);
    expect(it.gateway.held.size).toBe(0);
  });

  test(isSame ? 'the body is forwarded byte for byte' : 'the body is translated', async () => {
    await using it = await lab(platform, [platform.say(HELLO)]);
    await client.ask(it.origin, { prompt: 'Hi?', stream: false });
    expect(it.upstream.calls[0]?.path).toMatch(PATHS[platform.protocol]);
  });
});

const PATHS: Record<Client['protocol'], RegExp> = {
  'openai-chat': /^\/v1\/chat\/completions$/,
  'openai-responses': /^\/v1\/responses$/,
  'anthropic-messages': /^\/v1\/messages$/,
  gemini: /^\/v1\/models\/tiny:generateContent$/,
};
