import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { gather } from '../../../testing/answers.ts';
import type { DialogueEvent } from '../dialogue.ts';
import { streamReader } from './stream-reader.ts';

const chunk = (delta: object, more: object = {}, index = 0) => ({
  id: 'chatcmpl-1',
  object: 'chat.completion.chunk',
  model: 'tiny-2',
  choices: [{ index, delta, finish_reason: null, ...more }],
});
const call = (tool: object) => chunk({ tool_calls: [tool] });
const end = (finish_reason: string) => chunk({}, { finish_reason });
const usage = { prompt_tokens: 1, completion_tokens: 2 };

function read(...frames: (object | string)[]): DialogueEvent[] {
  const reader = streamReader();
  return [...frames, '[DONE]']
    .flatMap((frame) => reader.read(typeof frame === 'string' ? frame : JSON.stringify(frame)))
    .concat(reader.end());
}
const answerOf = (...frames: object[]) => gather(read(...frames));

// Fixtures after https://platform.openai.com/docs/api-reference/chat/streaming

test('thoughts, words and calls become parts, one after the other', () => {
  expect(
    read(
      chunk({ role: 'assistant', content: '' }),
      chunk({ reasoning_content: 'Hm' }),
      chunk({ reasoning_content: '.', content: null }),
      chunk({ content: 'Yes' }),
      call({ index: 0, id: 'c1', type: 'function', function: { name: 'f', arguments: '' } }),
      call({ index: 0, function: { arguments: '{}' } }),
      call({ index: 1, id: 'c2', type: 'function', function: { name: 'g', arguments: '{"a"' } }),
      call({ index: 1, function: { arguments: ':1}' } }),
      end('tool_calls'),
      { choices: [], usage },
    ),
  ).toEqual([
    { type: 'start', id: 'chatcmpl-1', model: 'tiny-2' },
    { type: 'open', part: 0, kind: 'thought', redacted: false },
    { type: 'text', part: 0, text: 'Hm' },
    { type: 'text', part: 0, text: '.' },
    { type: 'close', part: 0 },
    { type: 'open', part: 1, kind: 'text' },
    { type: 'text', part: 1, text: 'Yes' },
    { type: 'close', part: 1 },
    { type: 'open', part: 2, kind: 'call', id: 'c1', name: 'f' },
    { type: 'text', part: 2, text: '{}' },
    { type: 'open', part: 3, kind: 'call', id: 'c2', name: 'g' },
    { type: 'text', part: 3, text: '{"a"' },
    { type: 'text', part: 3, text: ':1}' },
    { type: 'close', part: 2 },
    { type: 'close', part: 3 },
    { type: 'finish', reason: 'calls', stopSequence: null },
    { type: 'usage', usage: expect.objectContaining({ inputTokens: 1, outputTokens: 2 }) },
    { type: 'done' },
  ]);
});

describe('compatible platforms', () => {
  test('that send calls whole, without index or id', () => {
    const tool = (name: string) => ({ function: { name, arguments: '{}' } });
    const { parts } = answerOf(
      chunk({ tool_calls: [tool('f'), tool('f')] }),
      call(tool('g')),
      end('stop'),
    );
    expect(parts).toMatchObject([
      { id: 'call_0_chatcmpl-1', name: 'f', arguments: '{}' },
      { id: 'call_1_chatcmpl-1', name: 'f', arguments: '{}' },
      { id: 'call_2_chatcmpl-1', name: 'g', arguments: '{}' },
    ]);
  });

  test('that number every call 0', () => {
    const tool = (id: string) => ({ index: 0, id, function: { name: 'f', arguments: '{}' } });
    expect(answerOf(call(tool('a')), call(tool('b'))).parts).toMatchObject([
      { id: 'a' },
      { id: 'b' },
    ]);
  });

  test('that repeat id and name with every piece', () => {
    const tool = (text: string) => ({
      index: 0,
      id: 'a',
      function: { name: 'f', arguments: text },
    });
    expect(answerOf(call(tool('{')), call(tool('}'))).parts).toMatchObject([
      { id: 'a', arguments: '{}' },
    ]);
  });

  test('that send usage with every chunk', () => {
    const events = read({ ...chunk({ content: 'a' }), usage }, { ...end('stop'), usage });
    expect(events.filter(({ type }) => type === 'usage')).toHaveLength(2);
    expect(gather(events)).toMatchObject({ finish: 'stop', usage: { outputTokens: 2 } });
  });

  test('that name no reason to finish', () => {
    expect(answerOf(chunk({ content: 'a' }))).toMatchObject({ finish: 'stop' });
    expect(answerOf(call({ id: 'a', function: { name: 'f' } }))).toMatchObject({ finish: 'calls' });
  });

  test('that report success in every chunk', () => {
    expect(
      answerOf(
        { code: 0, message: 'Success', ...chunk({ content: 'a' }) },
        { code: 0, message: 'Success', usage },
      ),
    ).toMatchObject({ usage: { inputTokens: 1 } });
  });
});

test('a frame with nothing but usage yields nothing but usage, wherever it stands', () => {
  const reader = streamReader();
  const frame = JSON.stringify({ choices: [], usage });
  expect(reader.read(frame)).toEqual([{ type: 'usage', usage: expect.anything() }]);
  reader.read(JSON.stringify(end('stop')));
  expect(reader.read(frame)).toEqual([{ type: 'usage', usage: expect.anything() }]);
});

test('a refusal is one, whatever the platform calls the finish', () => {
  expect(answerOf(chunk({ refusal: 'No.' }), end('stop'))).toMatchObject({
    finish: 'refused',
    parts: [{ kind: 'refusal', text: 'No.' }],
  });
});

test('a citation is of the text it stands in', () => {
  const cited = {
    type: 'url_citation',
    url_citation: { url: 'https://a.example', title: 'A', start_index: 3, end_index: 5 },
  };
  const { parts } = answerOf(
    chunk({ content: 'abc' }),
    chunk({ reasoning: 'Hm' }),
    chunk({ content: 'de', annotations: [cited] }),
  );
  expect(parts[2]).toMatchObject({ text: 'de', citations: [{ start: 0, end: 2 }] });
});

test('words of other choices are parts of their own', () => {
  const events = read(
    chunk({ content: 'a' }),
    chunk({ content: 'b' }, {}, 1),
    chunk({ content: 'c' }),
    chunk({ content: 'd' }, {}, 1),
  );
  const texts = events.flatMap((event) =>
    event.type === 'text' ? [[event.part, event.text]] : [],
  );
  expect(texts).toEqual([
    [0, 'a'],
    [1, 'b'],
    [0, 'c'],
    [1, 'd'],
  ]);
});

test.each([
  ['an error instead of a chunk', { error: { message: 'over capacity' } }, 'over capacity'],
  ['half a chunk', '{"choices":[', 'broken part'],
  ['a failure as the finish', end('network_error'), 'network_error'],
])('%s is an error, and nothing follows', (_what, frame, message) => {
  const events = read(chunk({ content: 'a' }), frame, chunk({ content: 'b' }));
  expect(events.at(-1)).toEqual({ type: 'error', message: expect.stringContaining(message) });
});

test('calls whose pieces take turns are each put together', () => {
  const { parts } = answerOf(
    call({ index: 0, id: 'a', function: { name: 'f', arguments: '{' } }),
    call({ index: 1, id: 'b', function: { name: 'g', arguments: '{"b":' } }),
    call({ index: 0, function: { arguments: '}' } }),
    call({ index: 1, function: { arguments: '1}' } }),
    end('tool_calls'),
  );
  expect(parts).toMatchObject([
    { id: 'a', name: 'f', arguments: '{}' },
    { id: 'b', name: 'g', arguments: '{"b":1}' },
  ]);
});

test('pieces for a call that words have ended are an error, not a broken call', () => {
  const events = read(
    call({ index: 0, id: 'a', function: { name: 'f', arguments: '{' } }),
    chunk({ content: 'So' }),
    call({ index: 0, function: { arguments: '}' } }),
  );
  expect(events.at(-1)).toMatchObject({ type: 'error' });
});

test('a stream that just ends is not done', () => {
  expect(streamReader().end()).toEqual([]);
});

test('any frames yield an order of events that holds, or an error', () => {
  const piece = fc.record(
    {
      index: fc.constantFrom(0, 1, null),
      id: fc.constantFrom('a', 'b', '', null),
      function: fc.record({
        name: fc.constantFrom('f', '', null),
        arguments: fc.constantFrom('{', '', null),
      }),
    },
    { requiredKeys: [] },
  );
  const delta = fc.record(
    {
      content: fc.constantFrom('x', '', null, ['y']),
      reasoning_content: fc.constantFrom('x', '', null),
      refusal: fc.constantFrom('x', null),
      tool_calls: fc.oneof(fc.array(piece, { maxLength: 2 }), fc.jsonValue()),
    },
    { requiredKeys: [] },
  );
  const frame = fc.oneof(
    { weight: 5, arbitrary: delta.map((it) => chunk(it)) },
    fc.constant(end('stop')),
    fc.record({ choices: fc.jsonValue(), usage: fc.jsonValue() }),
  );
  fc.assert(
    fc.property(fc.array(frame, { maxLength: 12 }), (frames) => {
      const events = read(...frames);
      if (events.at(-1)?.type !== 'error') gather(events);
    }),
    { numRuns: 500 },
  );
});

test('reading a frame never throws', () => {
  const reader = () => streamReader();
  fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), (data) => void reader().read(data)));
});
