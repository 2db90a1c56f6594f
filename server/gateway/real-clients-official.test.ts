import Anthropic from '@anthropic-ai/sdk';
import { GoogleGenAI } from '@google/genai';
import OpenAI from 'openai';
import { describe, expect, test } from 'vitest';
import { PLATFORMS } from '../testing/matrix/index.ts';
import { lab } from '../testing/matrix/lab.ts';
import type { FakePlatform } from '../testing/matrix/matrix.ts';
import { raw } from '../testing/scripted-upstream.ts';

/* What the official libraries do besides chats; for those see protocol-matrix.test.ts. */

const HELLO = { text: 'Hello there, you.' };
const openai = (origin: string) =>
  new OpenAI({ apiKey: 'gh-good', baseURL: `${origin}/v1`, maxRetries: 0 });
const anthropic = (origin: string) =>
  new Anthropic({ apiKey: 'gh-good', baseURL: origin, maxRetries: 0 });
const genai = (origin: string, apiVersion?: string) =>
  new GoogleGenAI({
    apiKey: 'gh-good',
    httpOptions: { baseUrl: origin, ...(apiVersion && { apiVersion }) },
  });

describe.each(PLATFORMS)('before a platform of $protocol', (platform) => {
  test('openai: legacy completions, whole and streamed', async () => {
    await using it = await lab(platform, [platform.say(HELLO)]);
    const { completions } = openai(it.origin);
    const asked = { model: 'gpt-lab', prompt: 'Say hello', max_tokens: 50 };
    const whole = await completions.create(asked);
    expect(whole.object).toBe('text_completion');
    expect(whole.choices).toMatchObject([{ text: HELLO.text, finish_reason: 'stop' }]);
    expect(whole.usage).toMatchObject({ prompt_tokens: 7, completion_tokens: 3 });
    let text = '';
    for await (const piece of await completions.create({ ...asked, stream: true })) {
      text += piece.choices[0]?.text ?? '';
    }
    expect(text).toBe(HELLO.text);
    expect(it.gateway.records.map(({ outcome }) => outcome)).toEqual(['ok', 'ok']);
  });

  test('openai: a response that continues another', async () => {
    await using it = await lab(platform, [platform.say(HELLO)]);
    const { responses } = openai(it.origin);
    const first = await responses.create({ model: 'gpt-lab', input: 'I am Ada.' });
    const second = await responses.create({
      model: 'gpt-lab',
      input: 'Who am I?',
      previous_response_id: first.id,
    });
    expect(second.previous_response_id ?? first.id).toBe(first.id);
    const own = platform.protocol === 'openai-responses';
    // NOTE: a platform that keeps responses itself is told the id; the others hear it all again.
    if (own) expect(it.upstream.calls[1]?.json?.['previous_response_id']).toBe(first.id);
    else expect(it.heard(1).prompts).toEqual(['I am Ada.', 'Who am I?']);
  });
});

test('openai: models are listed and found', async () => {
  await using it = await lab(platformOf('openai-chat'), [raw(500, 'text/plain', '')]);
  const { models } = openai(it.origin);
  const listed = await models.list();
  expect(listed.data.map(({ id }) => id)).toEqual(['gpt-lab']);
  expect(await models.retrieve('gpt-lab')).toMatchObject({ id: 'gpt-lab', object: 'model' });
  await expect(models.retrieve('nobody')).rejects.toMatchObject({ status: 404 });
  expect(it.upstream.calls).toEqual([]);
});

test('openai: embeddings pass as they came, where a platform offers them', async () => {
  const data = [{ object: 'embedding', index: 0, embedding: [0.25, -0.5] }];
  const usage = { prompt_tokens: 4, total_tokens: 4 };
  const answer = raw(200, 'application/json', JSON.stringify({ object: 'list', data, usage }));
  const asked = { model: 'gpt-lab', input: 'Hello', encoding_format: 'float' as const };
  await using without = await lab(platformOf('openai-chat'), [answer]);
  await expect(openai(without.origin).embeddings.create(asked)).rejects.toMatchObject({
    message: expect.stringContaining('embeddings'),
  });
  const baseUrl = without.upstream.url;
  await using it = await lab(platformOf('openai-chat'), [answer], {
    platform: { operations: { embeddings: { baseUrl, path: '/embeddings' } } },
  });
  const got = await openai(it.origin).embeddings.create(asked);
  expect(got.data[0]?.embedding).toEqual([0.25, -0.5]);
  expect(without.upstream.calls[0]?.json).toEqual({ ...asked, model: 'tiny' });
  expect(it.gateway.records).toMatchObject([{ outcome: 'ok', inputTokens: 4 }]);
});

test('anthropic: models are listed and found', async () => {
  await using it = await lab(platformOf('anthropic-messages'), [raw(500, 'text/plain', '')]);
  const { models } = anthropic(it.origin);
  const ids: string[] = [];
  for await (const { id } of models.list()) ids.push(id);
  expect(ids).toEqual(['gpt-lab']);
  expect(await models.retrieve('gpt-lab')).toMatchObject({ id: 'gpt-lab', type: 'model' });
  await expect(models.retrieve('nobody')).rejects.toBeInstanceOf(Anthropic.NotFoundError);
});

const COUNTED = { model: 'gpt-lab', messages: [{ role: 'user' as const, content: 'Hello, you.' }] };

test('anthropic: tokens are counted by a platform of its own', async () => {
  await using it = await lab(platformOf('anthropic-messages'), [
    raw(200, 'application/json', '{"input_tokens":41}'),
  ]);
  expect(await anthropic(it.origin).messages.countTokens(COUNTED)).toEqual({ input_tokens: 41 });
  expect(it.upstream.calls.map(({ path }) => path)).toEqual(['/v1/messages/count_tokens']);
  expect(it.upstream.calls[0]?.json?.['model']).toBe('tiny');
  expect(it.gateway.held.size).toBe(0);
});

describe.each(PLATFORMS.filter(({ protocol }) => protocol !== 'anthropic-messages'))(
  'behind $protocol',
  (platform) => {
    test('anthropic: tokens are counted here', async () => {
      await using it = await lab(platform, [raw(500, 'text/plain', '')]);
      const { input_tokens: counted } = await anthropic(it.origin).messages.countTokens(COUNTED);
      expect(counted).toBeGreaterThan(0);
      expect(counted).toBeLessThan(20);
      expect(it.upstream.calls).toEqual([]);
    });
  },
);

describe.each([undefined, 'v1beta', 'v1'])('genai, version %s', (version) => {
  test('models are listed and found', async () => {
    await using it = await lab(platformOf('gemini'), [raw(500, 'text/plain', '')]);
    const { models } = genai(it.origin, version);
    const names: (string | undefined)[] = [];
    for await (const { name } of await models.list()) names.push(name);
    expect(names).toEqual(['models/gpt-lab']);
    expect(await models.get({ model: 'gpt-lab' })).toMatchObject({ name: 'models/gpt-lab' });
  });

  test('tokens are counted by a platform of its own, else here', async () => {
    const asked = { model: 'gpt-lab', contents: 'Hello, you.' };
    await using own = await lab(platformOf('gemini'), [
      raw(200, 'application/json', '{"totalTokens":41}'),
    ]);
    expect(await genai(own.origin, version).models.countTokens(asked)).toMatchObject({
      totalTokens: 41,
    });
    expect(own.upstream.calls[0]?.path).toBe('/v1/models/tiny:countTokens');
    await using other = await lab(platformOf('openai-chat'), [raw(500, 'text/plain', '')]);
    const { totalTokens } = await genai(other.origin, version).models.countTokens(asked);
    expect(totalTokens).toBeGreaterThan(0);
    expect(other.upstream.calls).toEqual([]);
  });
});

function platformOf(protocol: FakePlatform['protocol']): FakePlatform {
  const found = PLATFORMS.find((platform) => platform.protocol === protocol);
  if (!found) throw new Error(`no platform speaks ${protocol}`);
  return found;
}
