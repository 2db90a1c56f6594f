import Anthropic from '@anthropic-ai/sdk';
import { GoogleGenAI } from '@google/genai';
import { expect, test } from '@playwright/test';
import { KEY, type Lab, startLab } from './lab.ts';

// The doors of the other protocols, each with its official client as a person installs it, through
// the whole server to a platform in another process that speaks OpenAI's chat.
let lab: Lab;
test.beforeAll(async () => {
  lab = await startLab();
});
test.afterAll(() => lab[Symbol.asyncDispose]());

const WORDS = ' word0 word1 word2';

test('Anthropic’s client streams a message, counts tokens and lists models', async () => {
  const client = new Anthropic({ apiKey: KEY, baseURL: lab.url, maxRetries: 0 });
  const asked = {
    model: 'gpt-lab',
    messages: [{ role: 'user' as const, content: 'Say three words' }],
  };
  const message = await client.messages.stream({ ...asked, max_tokens: 100 }).finalMessage();
  expect(message.content).toMatchObject([{ type: 'text', text: WORDS }]);
  expect(message.usage).toMatchObject({ input_tokens: 7, output_tokens: 3 });
  expect((await client.messages.countTokens(asked)).input_tokens).toBeGreaterThan(0);
  const ids = (await client.models.list()).data.map(({ id }) => id);
  expect(ids).toEqual(['gpt-lab']);
  const wrong = new Anthropic({ apiKey: 'gh-wrong', baseURL: lab.url, maxRetries: 0 });
  await expect(wrong.messages.create({ ...asked, max_tokens: 100 })).rejects.toBeInstanceOf(
    Anthropic.AuthenticationError,
  );
});

for (const apiVersion of ['v1', 'v1beta']) {
  test(`Google’s client streams an answer and counts tokens (${apiVersion})`, async () => {
    const client = new GoogleGenAI({
      apiKey: KEY,
      httpOptions: { baseUrl: lab.url, apiVersion },
    });
    const asked = { model: 'gpt-lab', contents: 'Say three words' };
    let text = '';
    for await (const chunk of await client.models.generateContentStream(asked)) text += chunk.text;
    expect(text).toBe(WORDS);
    expect((await client.models.countTokens(asked)).totalTokens).toBeGreaterThan(0);
    const names: (string | undefined)[] = [];
    for await (const model of await client.models.list()) names.push(model.name);
    expect(names).toEqual(['models/gpt-lab']);
  });
}

test('OpenAI’s client goes on with a stored response, and it is gone when deleted', async () => {
  const { responses } = lab.client();
  const first = await responses.create({ model: 'gpt-lab', input: 'Say three words' });
  expect(first.output_text).toBe(WORDS);
  const second = await responses.create({
    model: 'gpt-lab',
    input: 'And again',
    previous_response_id: first.id,
  });
  expect(second.output_text).toBe(WORDS);
  expect((await responses.retrieve(second.id)).previous_response_id).toBe(first.id);
  const items = await responses.inputItems.list(second.id);
  expect(items.data).toMatchObject([{ role: 'user' }]);
  await responses.delete(second.id);
  await expect(responses.retrieve(second.id)).rejects.toMatchObject({ status: 404 });
});
