import fc from 'fast-check';
import { expect, test } from 'vitest';
import { text } from '../dialogue.ts';
import { readAnswer } from './read-answer.ts';

const read = (json: unknown) => readAnswer(Buffer.from(JSON.stringify(json)));
const answer = (message: object, more: object = {}) => ({
  id: 'chatcmpl-1',
  model: 'tiny-2',
  choices: [{ index: 0, message, finish_reason: 'stop', ...more }],
});

// Fixtures after https://platform.openai.com/docs/api-reference/chat/object

test('everything a message can hold, and its usage', () => {
  const cited = {
    type: 'url_citation',
    url_citation: { url: 'https://a.example', title: 'A', start_index: 0, end_index: 3 },
  };
  const message = {
    role: 'assistant',
    content: 'yes',
    reasoning_content: 'Hm.',
    annotations: [cited, { type: 'file_citation' }],
    tool_calls: [
      { id: 'c1', type: 'function', function: { name: 'f', arguments: '{}' } },
      { type: 'function', function: { name: 'g', arguments: { a: 1 } } },
      { id: 'c3', type: 'custom', custom: { name: 'h', input: 'x' } },
    ],
  };
  const usage = {
    prompt_tokens: 5,
    completion_tokens: 2,
    total_tokens: 7,
    prompt_tokens_details: { cached_tokens: 4 },
    completion_tokens_details: { reasoning_tokens: 1 },
  };
  expect(read({ ...answer(message), usage })).toEqual({
    id: 'chatcmpl-1',
    model: 'tiny-2',
    parts: [
      { kind: 'thought', text: 'Hm.', seal: null, redacted: false },
      {
        ...text('yes'),
        citations: [{ url: 'https://a.example', title: 'A', quote: null, start: 0, end: 3 }],
      },
      { kind: 'call', id: 'c1', name: 'f', arguments: '{}', cache: null },
      { kind: 'call', id: 'call_1_chatcmpl-1', name: 'g', arguments: '{"a":1}', cache: null },
      { kind: 'call', id: 'c3', name: 'h', arguments: 'x', cache: null },
    ],
    finish: 'calls',
    stopSequence: null,
    usage: {
      inputTokens: 5,
      cachedTokens: 4,
      cacheWriteTokens: 0,
      outputTokens: 2,
      reasoningTokens: 1,
      estimated: false,
    },
  });
});

test.each([
  ['stop', {}, 'stop'],
  ['length', {}, 'length'],
  ['content_filter', {}, 'filtered'],
  ['sensitive', {}, 'filtered'],
  ['stop', { refusal: 'No.' }, 'refused'],
  ['function_call', { function_call: { name: 'f', arguments: '{}' } }, 'calls'],
  [null, { content: 'x' }, 'stop'],
])('finish_reason %j with %j is %s', (finish_reason, message, finish) => {
  expect(read(answer(message, { finish_reason }))).toMatchObject({ finish });
});

test('what other choices say counts too', () => {
  const two = { choices: [{ message: { content: 'a' } }, { message: { content: 'b' } }] };
  expect(read(two)).toMatchObject({ parts: [text('a'), text('b')] });
});

test('usage that cannot be true is none', () => {
  expect(read({ ...answer({}), usage: { prompt_tokens: -1, completion_tokens: 1 } })).toMatchObject(
    { usage: null },
  );
});

test.each([
  ['an HTML page', '<html>'],
  ['half JSON', '{"choices":[{'],
  ['an error in a 200', '{"error":{"message":"over capacity"}}'],
  ['an error that is only text', '{"error":"over capacity"}'],
  ['a bare message', '{"code":10013,"message":"over capacity"}'],
  ['no choices', '{"id":1}'],
  ['an empty list of choices', '{"choices":[]}'],
  ['a model that failed', '{"choices":[{"message":{},"finish_reason":"network_error"}]}'],
  ['null', 'null'],
])('%s is no answer', (_what, body) => {
  expect(readAnswer(Buffer.from(body))).toEqual({ error: expect.any(String) });
});

test('reading never throws', () => {
  const calls = fc.record({
    message: fc.record({
      content: fc.jsonValue(),
      tool_calls: fc.jsonValue(),
      annotations: fc.jsonValue(),
    }),
  });
  fc.assert(
    fc.property(fc.oneof(calls, fc.jsonValue()), fc.jsonValue(), (choice, usage) => {
      read({ choices: [choice], usage });
      read({ choices: choice, usage });
    }),
  );
});
