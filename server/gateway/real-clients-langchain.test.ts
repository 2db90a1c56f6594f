import { AIMessage, HumanMessage, ToolMessage } from '@langchain/core/messages';
import { ChatOpenAI } from '@langchain/openai';
import { describe, expect, test } from 'vitest';
import { PLATFORMS } from '../testing/matrix/index.ts';
import { lab } from '../testing/matrix/lab.ts';
import type { Say } from '../testing/matrix/matrix.ts';

const HELLO: Say = { text: 'Hello there, you.' };
const CALL: Say = { call: { id: 'call_up', name: 'weather', arguments: { city: 'Łódź' } } };
const SCHEMA = {
  title: 'sum',
  type: 'object',
  properties: { answer: { type: 'integer' } },
  required: ['answer'],
  additionalProperties: false,
};

describe.each(
  PLATFORMS.flatMap((platform) =>
    [false, true].map((useResponsesApi) => ({
      platform,
      useResponsesApi,
      name: `${useResponsesApi ? 'Responses' : 'chats'} → ${platform.protocol}`,
    })),
  ),
)('ChatOpenAI, $name', ({ platform, useResponsesApi }) => {
  const model = (origin: string) =>
    new ChatOpenAI({
      model: 'gpt-lab',
      apiKey: 'gh-good',
      maxRetries: 0,
      useResponsesApi,
      configuration: { baseURL: `${origin}/v1` },
    });

  test('invoke', async () => {
    await using it = await lab(platform, [platform.say(HELLO)]);
    const answer = await model(it.origin).invoke('Hi?');
    expect(answer.text).toBe(HELLO.text);
    expect(answer.usage_metadata).toMatchObject({ input_tokens: 7, output_tokens: 3 });
    expect(it.heard().prompts).toEqual(['Hi?']);
  });

  test('stream', async () => {
    await using it = await lab(platform, [platform.say(HELLO)]);
    let text = '';
    for await (const piece of await model(it.origin).stream('Hi?')) text += piece.text;
    expect(text).toBe(HELLO.text);
    expect(it.gateway.records).toMatchObject([{ outcome: 'ok', estimated: false }]);
  });

  test('bindTools: a call, its result, the answer', async () => {
    await using it = await lab(platform, [platform.say(CALL), platform.say(HELLO)]);
    const parameters = { type: 'object', properties: { city: { type: 'string' } } };
    const bound = model(it.origin).bindTools([
      { type: 'function', function: { name: 'weather', description: 'd', parameters } },
    ]);
    const question = new HumanMessage('How is it?');
    const called = await bound.invoke([question]);
    expect(AIMessage.isInstance(called)).toBe(true);
    expect(called.tool_calls).toMatchObject([{ name: 'weather', args: { city: 'Łódź' } }]);
    const id = called.tool_calls?.[0]?.id ?? '';
    const result = new ToolMessage({ tool_call_id: id, content: '31 degrees' });
    const answer = await bound.invoke([question, called, result]);
    expect(answer.text).toBe(HELLO.text);
    expect(it.heard(1).results).toHaveLength(1);
    expect(it.heard(1).results.join()).toContain('31 degrees');
  });

  test('withStructuredOutput', async () => {
    await using it = await lab(platform, [platform.say({ text: '{"answer":4}' })]);
    const structured = model(it.origin).withStructuredOutput(SCHEMA, { method: 'jsonSchema' });
    expect(await structured.invoke('2 + 2?')).toEqual({ answer: 4 });
    expect(it.heard().schema).toMatchObject({ properties: SCHEMA.properties });
  });
});
