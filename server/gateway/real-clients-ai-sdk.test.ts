import { createAnthropic } from '@ai-sdk/anthropic';
import { createGoogleGenerativeAI } from '@ai-sdk/google';
import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import {
  generateText,
  jsonSchema,
  type LanguageModel,
  Output,
  stepCountIs,
  streamText,
  tool,
} from 'ai';
import { describe, expect, test } from 'vitest';
import { PLATFORMS } from '../testing/matrix/index.ts';
import { lab } from '../testing/matrix/lab.ts';
import type { Say } from '../testing/matrix/matrix.ts';

/* The AI SDK with its three providers, each before platforms of every protocol. */

const HELLO: Say = { text: 'Hello there, you.' };
const CALL: Say = { call: { id: 'call_up', name: 'weather', arguments: { city: 'Łódź' } } };
const THOUGHT: Say = {
  thought: { text: 'Two and two.', seal: 'c2VhbA/+c2VhbA==' },
  text: 'Four, I think.',
};

const PROVIDERS: [name: string, model: (origin: string) => LanguageModel][] = [
  [
    'openai-compatible',
    (origin) =>
      createOpenAICompatible({
        name: 'gatehouse',
        apiKey: 'gh-good',
        baseURL: `${origin}/v1`,
        includeUsage: true,
        supportsStructuredOutputs: true,
      })('gpt-lab'),
  ],
  [
    'anthropic',
    (origin) => createAnthropic({ apiKey: 'gh-good', baseURL: `${origin}/v1` })('gpt-lab'),
  ],
  [
    'google',
    (origin) =>
      createGoogleGenerativeAI({ apiKey: 'gh-good', baseURL: `${origin}/v1beta` })('gpt-lab'),
  ],
];

const CELLS = PROVIDERS.flatMap(([provider, model]) =>
  PLATFORMS.map((platform) => ({ provider, model, platform, name: platform.protocol })),
);

const weather = tool({
  description: 'Tells the weather',
  inputSchema: jsonSchema<{ city: string }>({
    type: 'object',
    properties: { city: { type: 'string' } },
    required: ['city'],
  }),
  execute: async ({ city }) => `31 degrees in ${city}`,
});

describe.each(CELLS)('$provider → $name', ({ model, platform }) => {
  test('generateText: words and tokens', async () => {
    await using it = await lab(platform, [platform.say(HELLO)]);
    const { text, usage } = await generateText({ model: model(it.origin), prompt: 'Hi?' });
    expect(text).toBe(HELLO.text);
    expect([usage.inputTokens, usage.outputTokens]).toEqual([7, 3]);
    expect(it.heard().prompts).toEqual(['Hi?']);
    expect(it.gateway.records).toMatchObject([{ outcome: 'ok', estimated: false }]);
  });

  test('streamText: a tool is called, its result goes back, the answer follows', async () => {
    await using it = await lab(platform, [platform.say(CALL), platform.say(HELLO)]);
    const result = streamText({
      model: model(it.origin),
      prompt: 'How is it in Łódź?',
      tools: { weather },
      stopWhen: stepCountIs(3),
    });
    let text = '';
    for await (const piece of result.textStream) text += piece;
    expect(text).toBe(HELLO.text);
    expect(it.heard(0).tools).toMatchObject([{ name: 'weather' }]);
    expect(it.heard(1).results.join()).toContain('31 degrees in Łódź');
    expect(it.gateway.records.map(({ outcome }) => outcome)).toEqual(['ok', 'ok']);
  });

  test('structured output: the schema arrives, the object comes back', async () => {
    await using it = await lab(platform, [platform.say({ text: '{"answer":4}' })]);
    const schema = jsonSchema<{ answer: number }>({
      type: 'object',
      properties: { answer: { type: 'integer' } },
      required: ['answer'],
      additionalProperties: false,
    });
    const { output } = await generateText({
      model: model(it.origin),
      prompt: '2 + 2?',
      output: Output.object({ schema }),
    });
    expect(output).toEqual({ answer: 4 });
  });

  test.each([false, true])('reasoning is shown as reasoning (stream: %s)', async (stream) => {
    await using it = await lab(platform, [platform.say(THOUGHT)]);
    const asked = { model: model(it.origin), prompt: '2 + 2?' };
    const result = stream ? streamText(asked) : await generateText(asked);
    expect(await result.text).toBe(THOUGHT.text);
    expect(await result.reasoningText).toBe(THOUGHT.thought?.text);
  });

  test('abort: the platform’s connection closes', async () => {
    await using it = await lab(platform, [platform.hang()]);
    const abort = new AbortController();
    const asked = generateText({
      model: model(it.origin),
      prompt: 'Hi?',
      abortSignal: abort.signal,
      maxRetries: 0,
    });
    // NOTE: one that fails before the platform is called ends the wait.
    await Promise.race([it.upstream.called, asked]);
    abort.abort();
    await expect(asked).rejects.toThrow();
    await it.upstream.calls[0]?.closed;
    await expect.poll(() => it.gateway.records.map(({ outcome }) => outcome)).toEqual(['aborted']);
  });

  test('an error has its status and the platform’s words', async () => {
    await using it = await lab(platform, [platform.refuse(400, 'too hot')]);
    const asked = generateText({ model: model(it.origin), prompt: 'Hi?', maxRetries: 0 });
    await expect(asked).rejects.toMatchObject({
      statusCode: 400,
      message: expect.stringContaining('too hot'),
    });
  });
});
