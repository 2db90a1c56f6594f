import { expect, test } from 'vitest';
import { Protocol } from '#shared/schemas/platforms.ts';
import { testChat } from './test-chat.ts';

// Shapes: https://developers.openai.com/api/reference/resources/responses,
// https://docs.claude.com/en/api/messages, https://ai.google.dev/api/generate-content
const ANSWERS = {
  'openai-chat': { choices: [{ message: { role: 'assistant', content: ' ready ' } }] },
  'openai-responses': {
    output: [
      { type: 'reasoning', summary: [] },
      { type: 'message', content: [{ type: 'output_text', text: 'ready' }] },
    ],
  },
  'anthropic-messages': {
    content: [
      { type: 'thinking', thinking: 'hm' },
      { type: 'text', text: 'ready' },
    ],
  },
  gemini: {
    candidates: [{ content: { parts: [{ text: 'hm', thought: true }, { text: 'ready' }] } }],
  },
} as const;

test.each(Protocol.options)('the words of an answer in %s are found', (protocol) => {
  expect(testChat(protocol, 'm', {}).textIn(ANSWERS[protocol])).toBe('ready');
});

test.each([
  ['openai-chat', { choices: [{ message: { content: null } }] }],
  ['openai-responses', { output: [{ type: 'reasoning', summary: [] }] }],
  ['anthropic-messages', { content: [] }],
  ['gemini', { candidates: [{ finishReason: 'MAX_TOKENS' }] }],
] as const)('an answer in %s may be without words', (protocol, answer) => {
  expect(testChat(protocol, 'm', {}).textIn(answer)).toBe('');
});

test.each(Protocol.options)('what is no answer in %s is told from one', (protocol) => {
  const { textIn } = testChat(protocol, 'm', {});
  for (const other of [undefined, null, 'ready', [], {}, { error: { message: 'no' } }]) {
    expect(textIn(other)).toBeNull();
  }
});

test('each protocol is asked at its own path, for few tokens', () => {
  const sent = Protocol.options.map((protocol) => testChat(protocol, 'm/x', {}));
  expect(sent.map(({ path }) => path)).toEqual([
    '/chat/completions',
    '/responses',
    '/messages',
    '/models/m%2Fx:generateContent',
  ]);
  for (const { body } of sent) expect(JSON.stringify(body)).toMatch(/tokens":16|Tokens":16/i);
});

test('the output limit goes by the only name a platform knows', () => {
  const { body } = testChat('openai-chat', 'm', { outputLimit: 'max_completion_tokens' });
  expect(body).toHaveProperty('max_completion_tokens', 16);
  expect(body).not.toHaveProperty('max_tokens');
});
