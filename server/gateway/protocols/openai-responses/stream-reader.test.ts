import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { gather } from '../../../testing/answers.ts';
import type { DialogueEvent } from '../dialogue.ts';
import { openaiResponses } from './index.ts';

/*
 * Events as in OpenAI's documentation of the stream.
 * Source: https://platform.openai.com/docs/api-reference/responses-streaming
 */

const CREATED = {
  type: 'response.created',
  response: { id: 'resp_1', model: 'gpt-x', output: [] },
};
const USAGE = {
  input_tokens: 9,
  input_tokens_details: { cached_tokens: 4, cache_write_tokens: 2 },
  output_tokens: 5,
  output_tokens_details: { reasoning_tokens: 3 },
  total_tokens: 14,
};
const COMPLETED = {
  type: 'response.completed',
  response: { id: 'resp_1', model: 'gpt-x', status: 'completed', output: [], usage: USAGE },
};
const TEXT = { output_index: 0, content_index: 0, item_id: 'msg_1' };
const CALL = { type: 'function_call', id: 'fc_1', call_id: 'call_1', name: 'f', arguments: '' };

function events(...sent: object[]): DialogueEvent[] {
  const reader = openaiResponses.streamReader();
  return [...sent.flatMap((event) => reader.read(JSON.stringify(event))), ...reader.end()];
}

function answer(...sent: object[]) {
  return gather(events(CREATED, ...sent, COMPLETED));
}

function message(...content: object[]) {
  return { type: 'message', id: 'msg_1', role: 'assistant', status: 'completed', content };
}

describe('a stream in full', () => {
  test('words, sources, reasoning with its seal, calls and usage', () => {
    const url = {
      type: 'url_citation',
      url: 'https://a.example/',
      title: 'A',
      start_index: 0,
      end_index: 2,
    };
    const cited = { type: 'output_text', text: 'Hello', annotations: [url] };
    const thought = { output_index: 1, item_id: 'rs_1' };
    const said = answer(
      { type: 'response.in_progress', response: CREATED.response },
      { type: 'response.output_item.added', output_index: 0, item: message() },
      { type: 'response.content_part.added', ...TEXT, part: { type: 'output_text', text: '' } },
      { type: 'response.output_text.delta', ...TEXT, delta: 'Hel' },
      { type: 'response.output_text.delta', ...TEXT, delta: 'lo' },
      {
        type: 'response.output_text.annotation.added',
        ...TEXT,
        annotation_index: 0,
        annotation: url,
      },
      { type: 'response.output_text.done', ...TEXT, text: 'Hello' },
      { type: 'response.content_part.done', ...TEXT, part: cited },
      { type: 'response.output_item.done', output_index: 0, item: message(cited) },
      {
        type: 'response.output_item.added',
        output_index: 1,
        item: { type: 'reasoning', id: 'rs_1' },
      },
      { type: 'response.reasoning_summary_text.delta', ...thought, summary_index: 0, delta: 'One' },
      { type: 'response.reasoning_summary_text.done', ...thought, summary_index: 0, text: 'One' },
      { type: 'response.reasoning_summary_text.delta', ...thought, summary_index: 1, delta: 'Tw' },
      { type: 'response.reasoning_summary_text.done', ...thought, summary_index: 1, text: 'Two' },
      {
        type: 'response.output_item.done',
        output_index: 1,
        item: {
          type: 'reasoning',
          summary: [{ text: 'One' }, { text: 'Two' }],
          encrypted_content: 'gAAAA',
        },
      },
      { type: 'response.output_item.added', output_index: 2, item: CALL },
      { type: 'response.function_call_arguments.delta', output_index: 2, delta: '{"a"' },
      { type: 'response.function_call_arguments.done', output_index: 2, arguments: '{"a":1}' },
      {
        type: 'response.output_item.done',
        output_index: 2,
        item: { ...CALL, arguments: '{"a":1}' },
      },
    );
    const citation = { url: 'https://a.example/', title: 'A', quote: null, start: 0, end: 2 };
    expect(said).toEqual({
      id: 'resp_1',
      model: 'gpt-x',
      parts: [
        { kind: 'text', text: 'Hello', citations: [citation], cache: null },
        {
          kind: 'thought',
          text: 'One\n\nTwo',
          seal: { maker: 'openai', value: 'gAAAA', account: null },
          redacted: false,
        },
        { kind: 'call', id: 'call_1', name: 'f', arguments: '{"a":1}', cache: null },
      ],
      finish: 'calls',
      stopSequence: null,
      usage: {
        inputTokens: 9,
        cachedTokens: 4,
        cacheWriteTokens: 2,
        outputTokens: 5,
        reasoningTokens: 3,
        estimated: false,
      },
    });
  });

  test('words are passed on as they come', () => {
    const delta = { type: 'response.output_text.delta', ...TEXT, delta: 'Hi' };
    expect(events(CREATED, delta)).toEqual([
      { type: 'start', id: 'resp_1', model: 'gpt-x' },
      { type: 'open', part: 0, kind: 'text' },
      { type: 'text', part: 0, text: 'Hi' },
    ]);
  });

  test('tools that run at the platform, and what is not known, say nothing', () => {
    const item = { type: 'web_search_call', id: 'ws_1' };
    expect(
      events(
        { type: 'response.web_search_call.searching', output_index: 0 },
        { type: 'response.output_item.added', output_index: 0, item },
        { type: 'response.output_item.done', output_index: 0, item },
        { type: 'keepalive' },
        { type: 'constructor' },
      ).map(({ type }) => type),
    ).toEqual(['start']);
  });

  test('a shortened conversation is hidden reasoning, so that its seal gets a mark', () => {
    const item = { type: 'compaction', id: 'cmp_1', encrypted_content: 'gAAAA' };
    expect(answer({ type: 'response.output_item.done', output_index: 0, item }).parts).toEqual([
      {
        kind: 'thought',
        text: '',
        seal: { maker: 'openai', value: 'gAAAA', account: null },
        redacted: true,
      },
    ]);
  });
});

describe('a stream with gaps', () => {
  const whole = message({ type: 'output_text', text: 'Hello' }, { type: 'refusal', refusal: 'No' });
  const words = [
    { kind: 'text', text: 'Hello', citations: [], cache: null },
    { kind: 'refusal', text: 'No' },
  ];

  test('items that come only when they are done are said then', () => {
    const said = answer({ type: 'response.output_item.done', output_index: 0, item: whole });
    expect(said).toMatchObject({ parts: words, finish: 'refused' });
  });

  test('what the closing response alone holds is said at the end', () => {
    const response = { ...COMPLETED.response, output: [whole, { ...CALL, arguments: '{}' }] };
    const said = gather(events({ type: 'response.completed', response }));
    expect(said.parts.map(({ kind }) => kind)).toEqual(['text', 'refusal', 'call']);
    expect(said).toMatchObject({ id: 'resp_1', finish: 'calls' });
  });

  test('the rest of words that broke off comes with their end, and nothing twice', () => {
    const said = answer(
      { type: 'response.output_text.delta', ...TEXT, delta: 'Hel' },
      { type: 'response.output_text.done', ...TEXT, text: 'Hello' },
      { type: 'response.output_item.done', output_index: 0, item: whole },
    );
    expect(said.parts).toEqual(words);
  });

  test('reasoning without deltas, and in plain text', () => {
    const at = { output_index: 0, content_index: 0 };
    const item = { type: 'reasoning', summary: [], content: [{ text: 'Hm, yes' }] };
    const said = answer(
      { type: 'response.reasoning_text.delta', ...at, delta: 'Hm' },
      { type: 'response.reasoning_text.done', ...at, text: 'Hm, yes' },
      { type: 'response.output_item.done', output_index: 0, item },
      { type: 'response.output_item.done', output_index: 1, item },
    );
    expect(said.parts).toMatchObject([{ text: 'Hm, yes' }, { text: 'Hm, yes' }]);
  });

  test('a call of a free-text tool whose announcement is missing', () => {
    const item = { type: 'custom_tool_call', call_id: 'call_1', name: 'patch', input: 'a\nb' };
    const said = answer(
      { type: 'response.custom_tool_call_input.delta', output_index: 0, delta: 'a' },
      { type: 'response.output_item.done', output_index: 0, item },
    );
    expect(said.parts).toMatchObject([{ kind: 'call', name: 'patch', arguments: 'a\nb' }]);
  });

  test('parts that nobody closed are closed before the end', () => {
    const said = answer({ type: 'response.output_text.delta', ...TEXT, delta: 'Hi' });
    expect(said).toMatchObject({ parts: [{ text: 'Hi' }], finish: 'stop' });
  });
});

describe('how it ends', () => {
  test.each([
    ['max_output_tokens', 'length'],
    ['content_filter', 'filtered'],
  ])('incomplete for %s', (reason, finish) => {
    const response = { status: 'incomplete', incomplete_details: { reason }, usage: USAGE };
    const said = gather(events(CREATED, { type: 'response.incomplete', response }));
    expect(said).toMatchObject({ finish, usage: { outputTokens: 5 } });
  });

  test.each([
    ['a failed response', { type: 'response.failed', response: { error: { message: 'Broken' } } }],
    ['a documented error', { type: 'error', code: 'x', message: 'Broken', param: null }],
    ['an error as it is sent', { type: 'error', error: { code: 'x', message: 'Broken' } }],
    ['an error without a type', { error: 'Broken' }],
    [
      'a closing response that failed',
      { type: 'response.completed', response: { status: 'failed', error: { message: 'Broken' } } },
    ],
  ])('%s is an error, and nothing follows', (_name, event) => {
    expect(events(event, COMPLETED).at(-1)).toEqual({ type: 'error', message: 'Broken' });
  });

  test('places that are none are the first', () => {
    const at = { output_index: { toString: 1 }, content_index: { toString: 1 } };
    const said = answer({ type: 'response.output_text.delta', ...at, delta: 'Hi' });
    expect(said.parts).toMatchObject([{ text: 'Hi' }]);
  });

  test('a broken frame is an error; a stream that breaks off has no end', () => {
    expect(openaiResponses.streamReader().read('{"type":')).toMatchObject([{ type: 'error' }]);
    expect(events(CREATED)).toHaveLength(1);
    expect(openaiResponses.streamReader().read('[DONE]')).toEqual([]);
  });

  test('a cancelled response is an error, a whole one too', () => {
    const response = { status: 'cancelled', output: [] };
    expect(events({ type: 'response.cancelled', response }).at(-1)).toMatchObject({
      type: 'error',
    });
    const whole = openaiResponses.readAnswer(Buffer.from(JSON.stringify(response)));
    expect(whole).toEqual({ error: 'The platform cancelled the answer.' });
  });

  test.each([
    ['nonsense', 'not JSON'],
    ['{}', 'without output'],
    ['{"error":{"message":"Broken"}}', 'Broken'],
    ['{"status":"failed","output":[]}', 'did not say why'],
  ])('a whole answer that is none: %s', (body, error) => {
    expect(openaiResponses.readAnswer(Buffer.from(body))).toEqual({
      error: expect.stringContaining(error),
    });
  });

  test('an answer that is still being made is no error', () => {
    const body = Buffer.from('{"id":"resp_1","status":"queued","output":[],"error":null}');
    expect(openaiResponses.readAnswer(body)).toMatchObject({
      id: 'resp_1',
      parts: [],
      usage: null,
    });
  });
});

test('no frame breaks the reader', () => {
  const type = fc.constantFrom(
    ...['response.created', 'response.output_item.added', 'response.output_item.done'],
    ...['response.content_part.added', 'response.content_part.done', 'response.output_text.delta'],
    ...['response.output_text.done', 'response.reasoning_summary_text.delta', 'response.completed'],
    ...['response.function_call_arguments.delta', 'response.custom_tool_call_input.done', 'error'],
    ...['response.output_text.annotation.added', 'response.failed', '__proto__'],
  );
  const item = fc.record(
    {
      type: fc.constantFrom(
        'message',
        'reasoning',
        'function_call',
        'custom_tool_call',
        'compaction',
      ),
      content: fc.jsonValue(),
      summary: fc.jsonValue(),
      encrypted_content: fc.jsonValue(),
      call_id: fc.jsonValue(),
      name: fc.jsonValue(),
      arguments: fc.jsonValue(),
    },
    { requiredKeys: [] },
  );
  const event = fc.record(
    {
      type,
      item: fc.oneof(item, fc.jsonValue()),
      response: fc.jsonValue(),
      part: fc.jsonValue(),
      annotation: fc.jsonValue(),
      delta: fc.jsonValue(),
      text: fc.jsonValue(),
      output_index: fc.oneof(fc.nat(3), fc.jsonValue()),
      content_index: fc.oneof(fc.nat(3), fc.jsonValue()),
    },
    { requiredKeys: ['type'] },
  );
  fc.assert(
    fc.property(fc.array(fc.oneof(event, fc.jsonValue()), { maxLength: 12 }), (sent) => {
      const reader = openaiResponses.streamReader();
      const said = sent.flatMap((it) => reader.read(JSON.stringify(it) ?? 'null'));
      const ends = said.filter((it) => it.type === 'done' || it.type === 'error');
      expect(ends.length).toBeLessThanOrEqual(1);
      if (said.at(-1)?.type === 'done') gather(said);
    }),
    { numRuns: 1_000 },
  );
});
