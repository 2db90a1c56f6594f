import Anthropic from '@anthropic-ai/sdk';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  type AnswerVocabulary,
  answers,
  gather,
  reread,
  streamsOf,
} from '../../../testing/answers.ts';
import { PLAIN_WORDS, words } from '../../../testing/dialogues.ts';
import type { TokenUsage } from '../../ports.ts';
import { type DialogueAnswer, type DialogueEvent, EMPTY_DIALOGUE, type Seal } from '../dialogue.ts';
import { SSE } from '../framing.ts';
import type { AnswerContext } from '../protocol.ts';
import { anthropicMessages } from './index.ts';

const context: AnswerContext = {
  requestId: 'r-1',
  model: 'claude-lab',
  createdAt: 0,
  wantsUsage: true,
  dialogue: { ...EMPTY_DIALOGUE, messages: [] },
  echo: {},
};
const NOTHING_USED: TokenUsage = {
  inputTokens: 0,
  cachedTokens: 0,
  cacheWriteTokens: 0,
  outputTokens: 0,
  reasoningTokens: 0,
  estimated: false,
};

const events = (...frames: object[]) => {
  const reader = anthropicMessages.streamReader();
  return [...frames.flatMap((it) => reader.read(JSON.stringify(it))), ...reader.end()];
};
const frames = (...said: DialogueEvent[]) => {
  const writer = anthropicMessages.streamWriter(context);
  return said.flatMap((it) => writer.write(it));
};
const data = (...said: DialogueEvent[]) => frames(...said).map((it) => JSON.parse(it.data));

const thought = (seal: string | null) => (said: string) => ({
  kind: 'thought' as const,
  text: said,
  seal: seal === null ? null : { maker: 'anthropic' as const, value: seal, account: null },
  redacted: false,
});

// Source: https://platform.claude.com/docs/en/build-with-claude/streaming#full-http-stream-response
test('a stream as the documentation shows it', () => {
  const seen = events(
    {
      type: 'message_start',
      message: {
        id: 'msg_01',
        model: 'claude-x',
        content: [],
        usage: { input_tokens: 10, cache_read_input_tokens: 5, cache_creation_input_tokens: 3 },
      },
    },
    { type: 'content_block_start', index: 0, content_block: { type: 'thinking', thinking: '' } },
    { type: 'ping' },
    { type: 'content_block_delta', index: 0, delta: { type: 'thinking_delta', thinking: 'hm' } },
    { type: 'content_block_delta', index: 0, delta: { type: 'signature_delta', signature: 'Eq' } },
    { type: 'content_block_stop', index: 0 },
    {
      type: 'content_block_start',
      index: 1,
      content_block: { type: 'server_tool_use', id: 's', name: 'web_search', input: {} },
    },
    {
      type: 'content_block_delta',
      index: 1,
      delta: { type: 'input_json_delta', partial_json: '{"q":1}' },
    },
    { type: 'content_block_stop', index: 1 },
    { type: 'content_block_start', index: 2, content_block: { type: 'text', text: '' } },
    { type: 'content_block_delta', index: 2, delta: { type: 'text_delta', text: 'Look: ' } },
    {
      type: 'content_block_delta',
      index: 2,
      delta: {
        type: 'citations_delta',
        citation: {
          type: 'web_search_result_location',
          url: 'https://a.example',
          title: 'A',
          cited_text: 'q',
        },
      },
    },
    {
      type: 'content_block_delta',
      index: 2,
      delta: { type: 'citations_delta', citation: { type: 'char_location', cited_text: 'q' } },
    },
    { type: 'content_block_stop', index: 2 },
    {
      type: 'content_block_start',
      index: 3,
      content_block: { type: 'tool_use', id: 't', name: 'w', input: {} },
    },
    {
      type: 'content_block_delta',
      index: 3,
      delta: { type: 'input_json_delta', partial_json: '' },
    },
    { type: 'content_block_stop', index: 3 },
    {
      type: 'message_delta',
      delta: { stop_reason: 'tool_use', stop_sequence: null },
      usage: { output_tokens: 9, output_tokens_details: { thinking_tokens: 4 } },
    },
    { type: 'message_stop' },
  );
  const usage = { ...NOTHING_USED, inputTokens: 18, cachedTokens: 5, cacheWriteTokens: 3 };
  const seal: Seal = { maker: 'anthropic', value: 'Eq', account: null };
  const citation = { url: 'https://a.example', title: 'A', quote: 'q', start: null, end: null };
  expect(seen).toEqual([
    { type: 'start', id: 'msg_01', model: 'claude-x' },
    { type: 'usage', usage },
    { type: 'open', part: 0, kind: 'thought', redacted: false },
    { type: 'text', part: 0, text: 'hm' },
    { type: 'seal', part: 0, seal },
    { type: 'close', part: 0 },
    { type: 'open', part: 1, kind: 'text' },
    { type: 'text', part: 1, text: 'Look: ' },
    { type: 'citation', part: 1, citation },
    { type: 'close', part: 1 },
    { type: 'open', part: 2, kind: 'call', id: 't', name: 'w' },
    { type: 'text', part: 2, text: '{}' },
    { type: 'close', part: 2 },
    { type: 'usage', usage: { ...usage, outputTokens: 9, reasoningTokens: 4 } },
    { type: 'finish', reason: 'calls', stopSequence: null },
    { type: 'done' },
  ]);
});

test.each([
  ['end_turn', 'stop'],
  ['stop_sequence', 'stop'],
  ['max_tokens', 'length'],
  ['model_context_window_exceeded', 'length'],
  ['pause_turn', 'length'],
  ['tool_use', 'calls'],
  ['refusal', 'refused'],
  ['something new', 'stop'],
])('the stop reason %s is %s', (stop_reason, reason) => {
  expect(events({ type: 'message_delta', delta: { stop_reason } })).toMatchObject([
    { type: 'finish', reason },
  ]);
});

test('a refusal is said in the platform’s words', () => {
  const stop_details = { type: 'refusal', category: null, explanation: 'no' };
  const seen = events({ type: 'message_delta', delta: { stop_reason: 'refusal', stop_details } });
  expect(seen).toMatchObject([
    { type: 'open', part: 0, kind: 'refusal' },
    { type: 'text', text: 'no' },
    { type: 'close' },
    { type: 'finish', reason: 'refused' },
  ]);
  const body = JSON.stringify({ content: [], stop_reason: 'refusal', stop_details });
  expect(anthropicMessages.readAnswer(Buffer.from(body))).toMatchObject({
    parts: [{ kind: 'refusal', text: 'no' }],
    finish: 'refused',
  });
});

test('an error in mid-stream is told, and so is what is no JSON', () => {
  const error = { type: 'overloaded_error', message: 'Overloaded' };
  expect(events({ type: 'error', error })).toEqual([{ type: 'error', message: 'Overloaded' }]);
  expect(anthropicMessages.streamReader().read('<html>')).toMatchObject([{ type: 'error' }]);
});

test('blocks are numbered without gaps and closed before the end, usage is told in whole', () => {
  const spent = { inputTokens: 11, cachedTokens: 4, cacheWriteTokens: 1, outputTokens: 2 };
  const usage = { ...NOTHING_USED, ...spent };
  const written = frames(
    { type: 'start', id: 'x', model: 'y' },
    { type: 'open', part: 0, kind: 'thought', redacted: false },
    { type: 'close', part: 0 },
    { type: 'open', part: 1, kind: 'refusal' },
    { type: 'text', part: 1, text: 'no' },
    { type: 'finish', reason: 'stop', stopSequence: null },
    { type: 'usage', usage },
    { type: 'done' },
  );
  expect(written.map(({ event }) => event)).toEqual([
    'message_start',
    'content_block_start',
    'content_block_delta',
    'content_block_stop',
    'message_delta',
    'message_stop',
  ]);
  const [start, block, , , delta] = written.map((it) => JSON.parse(it.data));
  expect(start.message).toMatchObject({ id: 'msg_r-1', model: 'claude-lab', content: [] });
  expect(block.index).toBe(0);
  expect(delta).toMatchObject({
    delta: { stop_reason: 'refusal' },
    usage: {
      input_tokens: 6,
      cache_creation_input_tokens: 1,
      cache_read_input_tokens: 4,
      output_tokens: 2,
    },
  });
});

test('a block is closed even where the platform never said why it stopped', () => {
  const written = data(
    { type: 'open', part: 0, kind: 'text' },
    { type: 'text', part: 0, text: 'a' },
    { type: 'done' },
  );
  expect(written.slice(3)).toMatchObject([
    { type: 'content_block_stop', index: 0 },
    { type: 'message_delta', delta: { stop_reason: 'end_turn' } },
    { type: 'message_stop' },
  ]);
});

/** The official client's own reading of a stream. */
async function asClientReads(said: DialogueEvent[]) {
  const body = frames(...said).map((frame, index) => SSE.frame(frame, index === 0));
  const client = new Anthropic({
    apiKey: 'k',
    maxRetries: 0,
    fetch: async () =>
      new Response(body.join(''), { headers: { 'content-type': SSE.contentType } }),
  });
  const messages = [{ role: 'user' as const, content: 'hi' }];
  return client.messages.stream({ model: 'm', max_tokens: 1, messages }).finalMessage();
}

test('the official client puts the stream together again', async () => {
  const parts: DialogueAnswer['parts'] = [
    { ...thought('EqRk')('hm'), redacted: false },
    { kind: 'text', text: 'Look: ', citations: [], cache: null },
    { kind: 'call', id: 't', name: 'w', arguments: '{"city":"Ulm"}', cache: null },
  ];
  const answer: DialogueAnswer = {
    ...{ id: null, model: null, parts, finish: 'calls', stopSequence: null },
    usage: { ...NOTHING_USED, inputTokens: 9, cachedTokens: 2, outputTokens: 4 },
  };
  const [stream] = fc.sample(streamsOf(answer), 1);
  expect(await asClientReads(stream ?? [])).toMatchObject({
    id: 'msg_r-1',
    content: [
      { type: 'thinking', thinking: 'hm', signature: 'EqRk' },
      { type: 'text', text: 'Look: ' },
      { type: 'tool_use', id: 't', name: 'w', input: { city: 'Ulm' } },
    ],
    stop_reason: 'tool_use',
    usage: { input_tokens: 7, cache_read_input_tokens: 2, output_tokens: 4 },
  });
});

test('a seal without words of another maker goes before what it vouches for', () => {
  const seal: Seal = { maker: 'gemini', value: 'AAAA', account: '0123abcd' };
  const written = data(
    { type: 'open', part: 0, kind: 'thought', redacted: false },
    { type: 'seal', part: 0, seal },
    { type: 'open', part: 1, kind: 'call', id: 't', name: 'w' },
    { type: 'close', part: 1 },
    { type: 'close', part: 0 },
  );
  expect(written.slice(1)).toMatchObject([
    { index: 0, content_block: { type: 'redacted_thinking', data: 'ghSg0123abcdAAAA' } },
    { type: 'content_block_stop', index: 0 },
    { index: 1, content_block: { type: 'tool_use' } },
    { type: 'content_block_stop', index: 1 },
  ]);
  expect(
    anthropicMessages.writeAnswer(
      {
        ...{ id: null, model: null, finish: 'stop', stopSequence: null, usage: null },
        parts: [{ kind: 'thought', text: '', seal, redacted: false }],
      },
      context,
    ),
  ).toMatchObject({ content: [{ type: 'redacted_thinking', data: 'ghSg0123abcdAAAA' }] });
});

test('a seal behind words is their signature', () => {
  const seal: Seal = { maker: 'openai', value: 'AAAA', account: '0123abcd' };
  const written = data(
    { type: 'open', part: 0, kind: 'thought', redacted: false },
    { type: 'seal', part: 0, seal },
    { type: 'text', part: 0, text: 'hm' },
    { type: 'close', part: 0 },
  );
  expect(written.slice(1)).toMatchObject([
    { content_block: { type: 'thinking' } },
    { delta: { type: 'thinking_delta', thinking: 'hm' } },
    { delta: { type: 'signature_delta', signature: 'ghSo0123abcdAAAA' } },
    { type: 'content_block_stop' },
  ]);
});

const CAN: AnswerVocabulary = {
  ...PLAIN_WORDS,
  anyPartOrder: true,
  thoughts: fc.oneof(
    words.map(thought('EqRk')),
    words.map(thought(null)),
    fc.constant('').map(thought('EqRk')),
    fc.constant({ ...thought('EqRk')(''), redacted: true }),
  ),
  finishes: ['stop', 'length', 'refused'],
  stopSequences: true,
  citations: true,
};
const said = answers(CAN).map(
  (answer): DialogueAnswer => ({
    ...answer,
    id: 'msg_r-1',
    model: 'claude-lab',
    usage: answer.usage ?? NOTHING_USED,
    // The place of a citation has no words here.
    parts: answer.parts.map((part) =>
      part.kind === 'text'
        ? { ...part, citations: part.citations.map((it) => ({ ...it, start: null, end: null })) }
        : part,
    ),
  }),
);

test('a whole answer is read back as it was', () => {
  fc.assert(
    fc.property(said, (answer) => {
      const body = JSON.stringify(anthropicMessages.writeAnswer(answer, context));
      expect(anthropicMessages.readAnswer(Buffer.from(body))).toEqual(answer);
    }),
  );
});

test('a stream is read back as it was', () => {
  const both = said.chain((answer) => streamsOf(answer).map((stream) => ({ answer, stream })));
  fc.assert(
    fc.property(both, ({ answer, stream }) => {
      const writer = anthropicMessages.streamWriter(context);
      const read = reread(writer, anthropicMessages.streamReader(), stream);
      expect(gather(read)).toEqual(answer);
      const isOfPart = (it: DialogueEvent) => 'part' in it;
      expect(read.filter(isOfPart)).toEqual(stream.filter(isOfPart));
    }),
  );
});

test.each([
  ['an HTML page', '<html>'],
  ['an error in a 200', '{"type":"error","error":{"type":"api_error","message":"over"}}'],
  ['no content', '{"id":1}'],
  ['null', 'null'],
])('%s is no answer', (_what, body) => {
  expect(anthropicMessages.readAnswer(Buffer.from(body))).toEqual({ error: expect.any(String) });
});

test('reading never throws', () => {
  const type = fc.constantFrom(
    ...['message_start', 'content_block_start', 'content_block_delta', 'content_block_stop'],
    ...['message_delta', 'message_stop', 'error', 'other'],
  );
  const block = fc.oneof(
    fc.jsonValue(),
    fc.record({
      type: fc.constantFrom('text', 'thinking', 'redacted_thinking', 'tool_use', 'text_delta'),
      text: fc.jsonValue(),
      citations: fc.jsonValue(),
      input: fc.jsonValue(),
      stop_reason: fc.jsonValue(),
    }),
  );
  const frame = fc.record({
    type,
    index: fc.constantFrom(0, 1, null),
    message: fc.jsonValue(),
    content_block: block,
    delta: block,
    usage: fc.jsonValue(),
  });
  fc.assert(
    fc.property(fc.array(fc.oneof(frame, fc.jsonValue())), (list) => {
      const reader = anthropicMessages.streamReader();
      for (const it of list) reader.read(JSON.stringify(it));
      anthropicMessages.readAnswer(Buffer.from(JSON.stringify({ content: list, usage: list })));
      anthropicMessages.readError(Buffer.from(JSON.stringify(list[0] ?? null)));
    }),
  );
});
