import fc from 'fast-check';
import { expect, test } from 'vitest';
import { AppError } from '#shared/errors.ts';
import type { DialogueEvent } from '../dialogue.ts';
import { text } from '../dialogue.ts';
import type { AnswerContext, ArrivedCall } from '../protocol.ts';
import { openaiCompletions } from './index.ts';

const call = (body: Buffer): ArrivedCall => ({
  body,
  headers: {},
  model: null,
  action: null,
  query: new URLSearchParams(),
});
const read = (json: unknown) =>
  openaiCompletions.readRequest(call(Buffer.from(JSON.stringify(json))));

// Fixtures after https://platform.openai.com/docs/api-reference/completions

test('a prompt is one turn of the user’s', () => {
  const request = read({
    model: 'm',
    prompt: ['Say hi'],
    max_tokens: 7,
    stop: 'END',
    stream: true,
    echo: true,
    best_of: 1,
    suffix: '',
  });
  expect(request).toMatchObject({
    model: 'm',
    stream: true,
    wantsUsage: false,
    maxOutputTokens: 7,
  });
  expect(request.promptTexts()).toEqual(['Say hi']);
  expect(request.dialogue()).toMatchObject({
    messages: [{ role: 'user', parts: [text('Say hi')] }],
    maxOutputTokens: 7,
    stop: ['END'],
    stream: true,
    unsaid: ['echo'],
  });
});

test.each([
  [{ prompt: ['a', 'b'] }, 'prompt'],
  [{ prompt: [1, 2] }, 'prompt'],
  [{ prompt: [[1]] }, 'prompt'],
  [{}, 'prompt'],
  [{ prompt: 'a', suffix: 'z' }, 'suffix'],
  [{ prompt: 'a', logprobs: true }, 'logprobs'],
])('%j is refused, naming the field', (more, param) => {
  expect(() => read({ model: 'm', ...more })).toThrow(
    expect.objectContaining({ code: 'bad_request', param }),
  );
});

test('no body makes it throw anything but a clear refusal', () => {
  const body = fc.oneof(
    fc.json(),
    fc
      .record({ model: fc.constant('m'), prompt: fc.jsonValue(), stop: fc.jsonValue() })
      .map((it) => JSON.stringify(it)),
  );
  fc.assert(
    fc.property(body, (json) => {
      try {
        openaiCompletions.readRequest(call(Buffer.from(json))).dialogue();
      } catch (error) {
        expect(error).toBeInstanceOf(AppError);
        expect(error).toMatchObject({ code: 'bad_request' });
      }
    }),
  );
});

const usage = {
  inputTokens: 1,
  cachedTokens: 0,
  cacheWriteTokens: 0,
  outputTokens: 2,
  reasoningTokens: 0,
  estimated: false,
};
const context: AnswerContext = {
  requestId: 'r1',
  model: 'gpt-lab',
  createdAt: 1_700_000_000,
  wantsUsage: true,
  dialogue: read({ model: 'm', prompt: 'a' }).dialogue(),
  echo: {},
};
const head = { id: 'cmpl-r1', object: 'text_completion', created: 1_700_000_000, model: 'gpt-lab' };
const thought = { kind: 'thought', text: 'Hm', seal: null, redacted: false } as const;

test('members set to what they are anyway are not worth a word', () => {
  const request = read({ model: 'm', prompt: 'a', echo: false, best_of: 1, logprobs: null });
  expect(request.dialogue().unsaid).toEqual([]);
});

test('an answer is its words, without the thoughts', () => {
  expect(
    openaiCompletions.writeAnswer(
      {
        id: null,
        model: null,
        parts: [thought, text('hi')],
        finish: 'length',
        stopSequence: null,
        usage,
      },
      context,
    ),
  ).toEqual({
    ...head,
    choices: [{ text: 'hi', index: 0, logprobs: null, finish_reason: 'length' }],
    usage: expect.objectContaining({ prompt_tokens: 1, completion_tokens: 2, total_tokens: 3 }),
  });
});

test('a stream is its words, usage and [DONE]', () => {
  const events: DialogueEvent[] = [
    { type: 'start', id: null, model: null },
    { type: 'open', part: 0, kind: 'thought', redacted: false },
    { type: 'text', part: 0, text: 'Hm' },
    { type: 'close', part: 0 },
    { type: 'open', part: 1, kind: 'text' },
    { type: 'text', part: 1, text: 'hi' },
    { type: 'close', part: 1 },
    { type: 'usage', usage },
    { type: 'finish', reason: 'stop', stopSequence: null },
    { type: 'done' },
  ];
  const writer = openaiCompletions.streamWriter(context);
  const data = events.flatMap((event) => writer.write(event)).map((frame) => frame.data);
  expect(data.pop()).toBe('[DONE]');
  expect(data.map((it) => JSON.parse(it))).toEqual([
    { ...head, choices: [{ text: 'hi', index: 0, logprobs: null, finish_reason: null }] },
    { ...head, choices: [{ text: '', index: 0, logprobs: null, finish_reason: 'stop' }] },
    { ...head, choices: [], usage: expect.objectContaining({ total_tokens: 3 }) },
  ]);
});
