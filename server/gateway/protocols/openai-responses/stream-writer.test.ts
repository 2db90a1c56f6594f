import OpenAI, { APIError } from 'openai';
import { describe, expect, test } from 'vitest';
import { AppError } from '#shared/errors.ts';
import { type DialogueEvent, EMPTY_DIALOGUE, type Tool, text } from '../dialogue.ts';
import { SSE } from '../framing.ts';
import type { AnswerContext, Frame } from '../protocol.ts';
import { openaiResponses } from './index.ts';

const REQUEST_ID = '01890a5d-ac96-774b-bcce-b302099a8057';
const PLAIN_ID = REQUEST_ID.replaceAll('-', '');
const PATCH: Tool = { kind: 'custom', name: 'patch', description: null, grammar: null };

function context(tools: Tool[] = [], echo: AnswerContext['echo'] = {}): AnswerContext {
  return {
    requestId: REQUEST_ID,
    model: 'fast',
    createdAt: 1_700_000_000,
    wantsUsage: true,
    dialogue: { ...EMPTY_DIALOGUE, messages: [{ role: 'user', parts: [text('Hi')] }], tools },
    echo,
  };
}

function frames(events: readonly DialogueEvent[], at = context()): Frame[] {
  const writer = openaiResponses.streamWriter(at);
  return events.flatMap((event) => writer.write(event));
}

function sent(events: readonly DialogueEvent[], at = context()) {
  return frames(events, at).map(({ event, data }) => {
    const json = JSON.parse(data);
    expect(json.type).toBe(event);
    return json;
  });
}

/** The official client on a connection that answers with these frames. */
function client(answer: readonly Frame[]): OpenAI {
  const body = answer.map((frame, index) => SSE.frame(frame, index === 0)).join('');
  return new OpenAI({
    apiKey: 'unused',
    baseURL: 'http://gatehouse.example/v1',
    maxRetries: 0,
    fetch: async () => new Response(body, { headers: { 'content-type': SSE.contentType } }),
  });
}

const START: DialogueEvent = { type: 'start', id: 'x', model: 'y' };
const SAY_HELLO: DialogueEvent[] = [
  { type: 'open', part: 0, kind: 'text' },
  { type: 'text', part: 0, text: 'Hel' },
  { type: 'text', part: 0, text: 'lo' },
  { type: 'close', part: 0 },
];
const END: DialogueEvent[] = [
  { type: 'finish', reason: 'stop', stopSequence: null },
  { type: 'done' },
];

describe('the sequence of events', () => {
  test('of a plain text', () => {
    const events = sent([START, ...SAY_HELLO, ...END]);
    expect(events.map(({ type }) => type)).toEqual([
      'response.created',
      'response.in_progress',
      'response.output_item.added',
      'response.content_part.added',
      'response.output_text.delta',
      'response.output_text.delta',
      'response.output_text.done',
      'response.content_part.done',
      'response.output_item.done',
      'response.completed',
    ]);
    const item_id = `msg_${PLAIN_ID}_o0`;
    expect(events[4]).toEqual({
      type: 'response.output_text.delta',
      sequence_number: 4,
      item_id,
      output_index: 0,
      content_index: 0,
      delta: 'Hel',
      logprobs: [],
    });
    expect(events[2].item).toMatchObject({ id: item_id, status: 'in_progress', content: [] });
    expect(events.at(-1).response).toMatchObject({ id: `resp_${PLAIN_ID}`, model: 'fast' });
  });

  test('of reasoning with a seal, and of a call without arguments', () => {
    const seal = { maker: 'gemini', value: 'c2VhbA==', account: 'aaaa1111' } as const;
    const events = sent([
      START,
      { type: 'open', part: 0, kind: 'thought', redacted: false },
      { type: 'text', part: 0, text: 'Hm' },
      { type: 'seal', part: 0, seal },
      { type: 'close', part: 0 },
      { type: 'open', part: 1, kind: 'call', id: 'call_1', name: 'f' },
      { type: 'close', part: 1 },
      ...END,
    ]).slice(2);
    expect(events.map(({ type }) => type)).toEqual([
      'response.output_item.added',
      'response.reasoning_summary_part.added',
      'response.reasoning_summary_text.delta',
      'response.reasoning_summary_text.done',
      'response.reasoning_summary_part.done',
      'response.output_item.done',
      'response.output_item.added',
      'response.function_call_arguments.delta',
      'response.function_call_arguments.done',
      'response.output_item.done',
      'response.completed',
    ]);
    expect(events[5].item).toEqual({
      id: `rs_${PLAIN_ID}_o0`,
      type: 'reasoning',
      summary: [{ type: 'summary_text', text: 'Hm' }],
      encrypted_content: 'ghSgaaaa1111c2VhbA==',
    });
    expect(events[9].item).toMatchObject({ id: `fc_${PLAIN_ID}_o1`, arguments: '{}' });
  });

  test('words that follow words are the same message, until something else comes', () => {
    const events = sent([
      ...SAY_HELLO,
      { type: 'open', part: 1, kind: 'refusal' },
      { type: 'text', part: 1, text: 'No' },
      { type: 'close', part: 1 },
      { type: 'open', part: 2, kind: 'call', id: 'call_1', name: 'f' },
      { type: 'text', part: 2, text: '{}' },
      { type: 'close', part: 2 },
      { type: 'open', part: 3, kind: 'text' },
      { type: 'close', part: 3 },
      ...END,
    ]);
    const items = events.filter(({ type }) => type === 'response.output_item.done');
    expect(items.map(({ output_index }) => output_index)).toEqual([0, 1, 2]);
    expect(items[0].item.content.map(({ type }: { type: string }) => type)).toEqual([
      'output_text',
      'refusal',
    ]);
    expect(events.at(-1).response.output).toEqual(items.map(({ item }) => item));
  });

  test('of calls that are written at the same time', () => {
    const events = sent([
      { type: 'open', part: 0, kind: 'call', id: 'a', name: 'f' },
      { type: 'open', part: 1, kind: 'call', id: 'b', name: 'g' },
      { type: 'text', part: 1, text: '{"b":1}' },
      { type: 'text', part: 0, text: '{"a":1}' },
      { type: 'close', part: 0 },
      { type: 'close', part: 1 },
      { type: 'finish', reason: 'calls', stopSequence: null },
      { type: 'done' },
    ]);
    expect(events.at(-1).response.output).toMatchObject([
      { call_id: 'a', arguments: '{"a":1}' },
      { call_id: 'b', arguments: '{"b":1}' },
    ]);
  });

  test('a message that is still being written ends behind the call that began meanwhile', () => {
    const events = sent([
      ...SAY_HELLO.slice(0, 2),
      { type: 'open', part: 1, kind: 'call', id: 'a', name: 'f' },
      ...SAY_HELLO.slice(2),
      { type: 'text', part: 1, text: '{}' },
      { type: 'close', part: 1 },
      ...END,
    ]);
    const items = events.filter(({ type }) => type === 'response.output_item.done');
    expect(items[0].item.content[0].text).toBe('Hello');
    expect(events.at(-1).response.output).toEqual(items.map(({ item }) => item));
  });

  test('a call of a free-text tool is unwrapped when it is complete', () => {
    const call: DialogueEvent[] = [
      { type: 'open', part: 0, kind: 'call', id: 'call_1', name: 'patch' },
      { type: 'text', part: 0, text: '{"input":"a' },
      { type: 'text', part: 0, text: '\\nb"}' },
      { type: 'close', part: 0 },
    ];
    const events = sent([START, ...call, ...END], context([PATCH])).slice(2);
    expect(events.map(({ type }) => type)).toEqual([
      'response.output_item.added',
      'response.custom_tool_call_input.delta',
      'response.custom_tool_call_input.done',
      'response.output_item.done',
      'response.completed',
    ]);
    expect(events[2]).toMatchObject({ item_id: `ctc_${PLAIN_ID}_o0`, input: 'a\nb' });
    expect(events[4].response.output).toMatchObject([{ type: 'custom_tool_call', input: 'a\nb' }]);
  });

  test.each([
    ['length', 'max_output_tokens'],
    ['filtered', 'content_filter'],
    ['refused', 'content_filter'],
  ] as const)('an answer that ended in %s is incomplete', (reason, why) => {
    const events = sent([
      ...SAY_HELLO,
      { type: 'finish', reason, stopSequence: null },
      { type: 'done' },
    ]);
    expect(events.at(-1)).toMatchObject({
      type: 'response.incomplete',
      response: { status: 'incomplete', incomplete_details: { reason: why } },
    });
  });
});

test('the response repeats what was asked, and has everything else at its default', () => {
  const echo = {
    instructions: 'Be brief.',
    reasoning: { effort: 'low' },
    text: { verbosity: 'low' },
    store: false,
  };
  const usage = {
    inputTokens: 9,
    cachedTokens: 4,
    cacheWriteTokens: 0,
    outputTokens: 5,
    reasoningTokens: 3,
    estimated: false,
  };
  const { response } = sent(
    [...SAY_HELLO, ...END.slice(0, 1), { type: 'usage', usage }, { type: 'done' }],
    context([], echo),
  ).at(-1);
  expect(response).toMatchObject({
    object: 'response',
    created_at: 1_700_000_000,
    status: 'completed',
    error: null,
    instructions: 'Be brief.',
    reasoning: { effort: 'low', summary: null },
    text: { format: { type: 'text' }, verbosity: 'low' },
    store: false,
    tools: [],
    tool_choice: 'auto',
    parallel_tool_calls: true,
    previous_response_id: null,
    metadata: {},
    usage: {
      input_tokens: 9,
      input_tokens_details: { cached_tokens: 4, cache_write_tokens: 0 },
      output_tokens: 5,
      output_tokens_details: { reasoning_tokens: 3 },
      total_tokens: 14,
    },
  });
});

describe('the official client', () => {
  const ask = { model: 'fast', input: 'Hi' };

  test('puts the answer together', async () => {
    const answer = frames([START, ...SAY_HELLO, ...END]);
    const response = await client(answer).responses.stream(ask).finalResponse();
    expect(response.output_text).toBe('Hello');
  });

  test('throws the error that ends a stream', async () => {
    const error = new AppError('upstream_failed', 'The platform broke off.');
    const broken = [...frames([START]), openaiResponses.errorFrame(error, REQUEST_ID)];
    const stream = await client(broken).responses.create({ ...ask, stream: true });
    const reading = (async () => {
      for await (const _event of stream);
    })();
    await expect(reading).rejects.toThrow(APIError);
    await expect(reading).rejects.toThrow('The platform broke off.');
  });

  test('throws what a platform said instead of going on', async () => {
    const answer = frames([START, ...SAY_HELLO, { type: 'error', message: 'Overloaded' }]);
    expect(JSON.parse(answer.at(-2)?.data ?? '')).toMatchObject({
      type: 'response.failed',
      response: { status: 'failed', error: { message: 'Overloaded' } },
    });
    const stream = client(answer).responses.stream(ask);
    await expect(stream.finalResponse()).rejects.toThrow('Overloaded');
  });
});
