import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { streamReader } from './openai-chat/stream-reader.ts';
import { createWordTemplate } from './word-template.ts';

const textIn = (chunk: Record<string, unknown>) =>
  typeof chunk['text'] === 'string' ? chunk['text'] : null;
const chunk = (text: string, more: object = {}) => JSON.stringify({ id: 7, text, ...more });

function learned(data: string, words: string) {
  const template = createWordTemplate('text', textIn);
  template.learn(data, words);
  return template;
}

describe('a template', () => {
  test('knows nothing before it has learned', () => {
    expect(createWordTemplate('text', textIn).wordsIn(chunk('a'))).toBeNull();
  });

  test.each(['', 'b', 'some words, 中文 and 🙂'])('reads "%s" in place of other words', (words) => {
    expect(learned(chunk('a'), 'a').wordsIn(chunk(words))).toBe(words);
  });

  test.each([
    ['an escape', chunk('a"b')],
    ['a backslash', chunk('a\\b')],
    ['a line end', chunk('a\nb')],
    ['a bare line end, which is no JSON', chunk('x').replace('x', 'a\nb')],
    ['another member', chunk('a', { usage: {} })],
    ['another value elsewhere', chunk('a').replace('7', '8')],
    ['less than what stands around the words', '{"id":7,"text":"}'],
    ['nothing', ''],
  ])('leaves a chunk with %s to the parser', (_what, data) => {
    expect(learned(chunk('a'), 'a').wordsIn(data)).toBeNull();
  });

  test('is not made of words that are read from elsewhere', () => {
    const twice = '{"text":"a","text":"b"}';
    expect(learned(twice, 'b').wordsIn('{"text":"a","text":"c"}')).toBe('c');
    const hidden = '{"inner":{"text":"a"},"text" : "a"}';
    expect(learned(hidden, 'a').wordsIn('{"inner":{"text":"z"},"text" : "a"}')).toBeNull();
  });

  test('is no longer made where every chunk is another', () => {
    const template = createWordTemplate('text', textIn);
    for (let id = 0; id < 10; id += 1) template.learn(chunk('a', { id }), 'a');
    expect(template.wordsIn(chunk('b', { id: 3 }))).toBe('b');
    expect(template.wordsIn(chunk('b', { id: 9 }))).toBeNull();
  });
});

/** One chunk of a chat: words of any kind, calls, ends, figures, and what nobody expects. */
const words = fc.oneof(fc.constantFrom('', 'a', 'Hello', ' "quoted" ', 'a\\n'), fc.string());
const delta = fc.oneof(
  { weight: 6, arbitrary: words.map((content) => ({ content })) },
  words.map((reasoning_content) => ({ content: '', reasoning_content })),
  words.map((refusal) => ({ refusal })),
  words.map((text) => ({ content: [{ type: 'text', text }] })),
  words.map((args) => ({
    content: null,
    tool_calls: [{ index: 0, function: { arguments: args } }],
  })),
);
const choice = fc.record({
  index: fc.oneof({ weight: 8, arbitrary: fc.constant(0) }, fc.constant(1)),
  delta,
  finish_reason: fc.oneof({ weight: 12, arbitrary: fc.constant(null) }, fc.constant('stop')),
});
const said = fc.record(
  {
    choices: fc.oneof(
      { weight: 8, arbitrary: choice.map((only) => [only]) },
      fc.array(choice, { maxLength: 3 }),
    ),
    usage: fc.oneof(
      { weight: 8, arbitrary: fc.constant(null) },
      fc.constant({ prompt_tokens: 1, completion_tokens: 2 }),
    ),
  },
  { requiredKeys: ['choices'] },
);

test('a stream reads the same with and without it', () => {
  fc.assert(
    fc.property(fc.array(said, { maxLength: 30 }), (chunks) => {
      const reader = streamReader();
      const parsing = streamReader();
      chunks.forEach((body, at) => {
        // NOTE: where every chunk has a number of its own, none is like another.
        const numbered = JSON.stringify({ number: at, ...body });
        expect(reader.read(JSON.stringify(body))).toEqual(parsing.read(numbered));
      });
      expect(reader.read('[DONE]')).toEqual(parsing.read('[DONE]'));
    }),
    { numRuns: 2_000 },
  );
});
