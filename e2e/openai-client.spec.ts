import { expect, test } from '@playwright/test';
import OpenAI from 'openai';
import { type Lab, signIn, startLab } from './lab.ts';

// The door for programs with the client its users have: the official one, unchanged, through the
// gateway to a platform in another process.
let lab: Lab;
test.beforeAll(async () => {
  lab = await startLab();
});
test.afterAll(() => lab[Symbol.asyncDispose]());

const messages = [{ role: 'user' as const, content: 'Say three words' }];

test('lists the models of the key', async () => {
  const ids: string[] = [];
  for await (const model of lab.client().models.list()) ids.push(model.id);
  expect(ids).toEqual(['gpt-lab']);
  expect((await lab.client().models.retrieve('gpt-lab')).object).toBe('model');
});

test('gets a whole answer with its usage', async () => {
  const answer = await lab.client().chat.completions.create({ model: 'gpt-lab', messages });
  expect(answer.choices[0]?.message.content).toBe(' word0 word1 word2');
  expect(answer.usage?.completion_tokens).toBe(3);
  expect(answer._request_id).toMatch(/^[0-9a-f-]{36}$/);
});

test('gets a stream word by word, usage only when asked for', async () => {
  const read = async (include_usage: boolean) => {
    const stream = await lab.client().chat.completions.create({
      model: 'gpt-lab',
      messages,
      stream: true,
      ...(include_usage && { stream_options: { include_usage } }),
    });
    const words: string[] = [];
    let usage = null;
    for await (const chunk of stream) {
      const word = chunk.choices[0]?.delta.content;
      if (word) words.push(word);
      usage = chunk.usage ?? usage;
    }
    return { words, usage };
  };
  expect(await read(false)).toEqual({ words: [' word0', ' word1', ' word2'], usage: null });
  expect((await read(true)).usage).toMatchObject({ prompt_tokens: 7, completion_tokens: 3 });
});

test('makes a tool call and hands back its result', async () => {
  const client = lab.client();
  const tools = [
    { type: 'function' as const, function: { name: 'clock', parameters: { type: 'object' } } },
  ];
  const first = await client.chat.completions.create({
    model: 'gpt-lab',
    messages,
    tools,
    metadata: { tool: 'clock' },
  });
  const asked = first.choices[0]?.message;
  expect(first.choices[0]?.finish_reason).toBe('tool_calls');
  const call = asked?.tool_calls?.[0];
  if (!asked || call?.type !== 'function') throw new Error('no tool call');
  expect(call.function.name).toBe('clock');
  const second = await client.chat.completions.create({
    model: 'gpt-lab',
    tools,
    messages: [...messages, asked, { role: 'tool', tool_call_id: call.id, content: 'noon' }],
  });
  expect(second.choices[0]?.message.content).toBe('The tool said noon');
});

test('an abort ends the stream and is recorded as one', async () => {
  const stream = await lab.client().chat.completions.create({
    model: 'gpt-lab',
    messages,
    stream: true,
    metadata: { words: '1000', gapMs: '20' },
  });
  for await (const _chunk of stream) stream.controller.abort();
  const ada = await signIn(lab.url);
  await expect
    .poll(async () => {
      const filter = { outcome: 'aborted' };
      const page = await ada.query<{ rows: { status: number }[] }>('usage.list', { filter });
      return page.rows.map(({ status }) => status);
    })
    .toEqual([499]);
});

test('every refusal arrives as the error class the client has for it', async () => {
  const create = (client: OpenAI, more: object = {}) =>
    client.chat.completions.create({ model: 'gpt-lab', messages, ...more });
  await expect(create(lab.client('gh-nobody'))).rejects.toThrow(OpenAI.AuthenticationError);
  await expect(create(lab.client(), { model: 'gpt-none' })).rejects.toThrow(OpenAI.NotFoundError);
  await expect(create(lab.client(), { messages: [] })).rejects.toThrow(OpenAI.BadRequestError);
  const refused = await create(lab.client(), { metadata: { status: '400' } }).catch((e) => e);
  expect(refused).toBeInstanceOf(OpenAI.BadRequestError);
  expect(refused.message).toContain('as wished');
});

test('an exhausted limit is a rate-limit error that says when to come back', async () => {
  await using limited = await startLab({ limits: { rpm: 1 } });
  const client = limited.client();
  const ask = () => client.chat.completions.create({ model: 'gpt-lab', messages });
  // The minute may turn between two calls, so the second or the third is the one too many.
  const errors = [];
  for (let calls = 0; calls < 3; calls += 1)
    errors.push(
      await ask().then(
        () => null,
        (e) => e,
      ),
    );
  const error = errors.find(Boolean);
  expect(error).toBeInstanceOf(OpenAI.RateLimitError);
  expect(error.code).toBe('rate_limit_exceeded');
  expect(Number(error.headers.get('retry-after'))).toBeGreaterThan(0);
});
