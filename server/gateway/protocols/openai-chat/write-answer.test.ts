import { expect, test } from 'vitest';
import {
  type Dialogue,
  type DialogueAnswer,
  type DialogueEvent,
  EMPTY_DIALOGUE,
  text,
} from '../dialogue.ts';
import type { AnswerContext } from '../protocol.ts';
import { streamWriter } from './stream-writer.ts';
import { writeAnswer } from './write-answer.ts';

const sql = { kind: 'custom', name: 'sql', description: null, grammar: null } as const;
const usage = {
  inputTokens: 5,
  cachedTokens: 4,
  cacheWriteTokens: 0,
  outputTokens: 2,
  reasoningTokens: 1,
  estimated: false,
};

const context = (
  more: Partial<AnswerContext> = {},
  dialogue: Partial<Dialogue> = {},
): AnswerContext => ({
  requestId: 'r1',
  model: 'gpt-lab',
  createdAt: 1_700_000_000,
  wantsUsage: false,
  dialogue: { ...EMPTY_DIALOGUE, messages: [], ...dialogue },
  echo: {},
  ...more,
});
const answer = (more: Partial<DialogueAnswer>): DialogueAnswer => ({
  id: 'x',
  model: 'x',
  parts: [],
  finish: 'stop',
  stopSequence: null,
  usage: null,
  ...more,
});
function frames(events: DialogueEvent[], to = context()): unknown[] {
  const writer = streamWriter(to);
  return events
    .flatMap((event) => writer.write(event))
    .map(({ data }) => (data === '[DONE]' ? data : JSON.parse(data)));
}
const deltas = (events: DialogueEvent[], to = context()) =>
  frames(events, to).flatMap(
    (frame) => (frame as { choices?: { delta: object }[] }).choices?.[0]?.delta ?? [],
  );

test('a whole answer', () => {
  const citation = { url: 'https://a.example', title: null, quote: null, start: 0, end: 1 };
  const parts = [text('ab'), { ...text('c'), citations: [citation] }];
  expect(writeAnswer(answer({ parts, usage }), context())).toEqual({
    id: 'chatcmpl-r1',
    object: 'chat.completion',
    created: 1_700_000_000,
    model: 'gpt-lab',
    choices: [
      {
        index: 0,
        message: {
          role: 'assistant',
          content: 'abc',
          refusal: null,
          annotations: [
            {
              type: 'url_citation',
              url_citation: {
                url: 'https://a.example',
                title: 'https://a.example',
                start_index: 2,
                end_index: 3,
              },
            },
          ],
        },
        logprobs: null,
        finish_reason: 'stop',
      },
    ],
    usage: {
      prompt_tokens: 5,
      completion_tokens: 2,
      total_tokens: 7,
      prompt_tokens_details: { cached_tokens: 4 },
      completion_tokens_details: { reasoning_tokens: 1 },
    },
  });
});

test('calls, of custom tools as the client declared them', () => {
  const call = (name: string, args: string) =>
    ({ kind: 'call', id: `c-${name}`, name, arguments: args, cache: null }) as const;
  const parts = [call('sql', '{"input":"select 1"}'), call('f', '{}')];
  expect(
    writeAnswer(answer({ parts, finish: 'calls' }), context({}, { tools: [sql] })),
  ).toMatchObject({
    choices: [
      {
        finish_reason: 'tool_calls',
        message: {
          content: null,
          tool_calls: [
            { id: 'c-sql', type: 'custom', custom: { name: 'sql', input: 'select 1' } },
            { id: 'c-f', type: 'function', function: { name: 'f', arguments: '{}' } },
          ],
        },
      },
    ],
  });
});

test('a refusal without a word still says so; a filtered answer is named so', () => {
  expect(writeAnswer(answer({ finish: 'refused' }), context())).toMatchObject({
    choices: [
      {
        finish_reason: 'stop',
        message: { content: null, refusal: expect.stringContaining('refused') },
      },
    ],
  });
  expect(writeAnswer(answer({ finish: 'filtered' }), context())).toMatchObject({
    choices: [{ finish_reason: 'content_filter', message: { content: '', refusal: null } }],
  });
});

const SPOKEN: DialogueEvent[] = [
  { type: 'start', id: 'x', model: 'x' },
  { type: 'open', part: 0, kind: 'text' },
  { type: 'text', part: 0, text: 'hi' },
  { type: 'close', part: 0 },
  { type: 'finish', reason: 'stop', stopSequence: null },
  { type: 'usage', usage },
  { type: 'done' },
];

test('a stream begins with the role and ends with [DONE]', () => {
  const head = {
    id: 'chatcmpl-r1',
    object: 'chat.completion.chunk',
    created: 1_700_000_000,
    model: 'gpt-lab',
  };
  const chunk = (delta: object, finish_reason: string | null = null) => ({
    ...head,
    choices: [{ index: 0, delta, logprobs: null, finish_reason }],
  });
  expect(frames(SPOKEN)).toEqual([
    chunk({ role: 'assistant', content: '' }),
    chunk({ content: 'hi' }),
    chunk({}, 'stop'),
    '[DONE]',
  ]);
});

test('usage comes last, and only to those who asked', () => {
  const told = frames(SPOKEN, context({ wantsUsage: true }));
  expect(told.at(-2)).toMatchObject({ choices: [], usage: { prompt_tokens: 5 } });
  expect(told[0]).toMatchObject({ usage: null });
});

test('calls of custom tools are told whole, others piece by piece', () => {
  const calls: DialogueEvent[] = [
    { type: 'open', part: 0, kind: 'call', id: 'c0', name: 'sql' },
    { type: 'text', part: 0, text: '{"input":"se' },
    { type: 'text', part: 0, text: 'lect 1"}' },
    { type: 'close', part: 0 },
    { type: 'open', part: 1, kind: 'call', id: 'c1', name: 'f' },
    { type: 'text', part: 1, text: '{}' },
    { type: 'close', part: 1 },
  ];
  expect(deltas(calls, context({}, { tools: [sql] }))).toEqual([
    { role: 'assistant', content: '' },
    {
      tool_calls: [
        { index: 0, id: 'c0', type: 'custom', custom: { name: 'sql', input: 'select 1' } },
      ],
    },
    {
      tool_calls: [
        { index: 1, id: 'c1', type: 'function', function: { name: 'f', arguments: '' } },
      ],
    },
    { tool_calls: [{ index: 1, function: { arguments: '{}' } }] },
  ]);
});

test('thoughts, refusals and citations have members of their own', () => {
  const citation = { url: 'https://a.example', title: 'A', quote: null, start: null, end: null };
  const events: DialogueEvent[] = [
    { type: 'open', part: 0, kind: 'thought', redacted: false },
    { type: 'text', part: 0, text: 'Hm' },
    { type: 'seal', part: 0, seal: { maker: 'anthropic', value: 's', account: null } },
    { type: 'open', part: 1, kind: 'text' },
    { type: 'citation', part: 1, citation },
    { type: 'finish', reason: 'refused', stopSequence: null },
  ];
  expect(deltas(events)).toEqual([
    { role: 'assistant', content: '' },
    { reasoning_content: 'Hm' },
    {
      annotations: [
        { type: 'url_citation', url_citation: { url: 'https://a.example', title: 'A' } },
      ],
    },
    { refusal: expect.stringContaining('refused') },
    {},
  ]);
});

test('an error writes nothing: the door ends the stream in its own words', () => {
  expect(frames([{ type: 'error', message: 'x' }])).toEqual([]);
});
