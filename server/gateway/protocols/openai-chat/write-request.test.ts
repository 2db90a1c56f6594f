import { expect, test } from 'vitest';
import type { Quirks } from '../../../platforms/quirks.ts';
import { type Dialogue, EMPTY_DIALOGUE, type Message, text } from '../dialogue.ts';
import { writeRequest } from './write-request.ts';

const user: Message = { role: 'user', parts: [text('hi')] };
const write = (more: Partial<Dialogue>, quirks: Quirks = {}) =>
  writeRequest(
    { ...EMPTY_DIALOGUE, messages: [user], ...more },
    { model: 'tiny', quirks, account: 'cafe0123' },
  ).body;
const sql = {
  kind: 'custom',
  name: 'sql',
  description: 'Runs it',
  grammar: { type: 'grammar', syntax: 'lark', definition: 'start: "x"' },
} as const;
const weather = {
  kind: 'function',
  name: 'weather',
  description: null,
  schema: { type: 'object' },
  strict: null,
  cache: null,
} as const;

test('the least there is to say', () => {
  expect(write({})).toEqual({ model: 'tiny', messages: [{ role: 'user', content: 'hi' }] });
});

test('usage is asked for in streams', () => {
  expect(write({ stream: true })).toMatchObject({
    stream: true,
    stream_options: { include_usage: true },
  });
});

test('a tool of free text is a function with one text, in its calls too', () => {
  const body = write({
    tools: [sql],
    messages: [
      user,
      {
        role: 'assistant',
        parts: [{ kind: 'call', id: 'c1', name: 'sql', arguments: 'select 1', cache: null }],
      },
    ],
  });
  expect(body).toMatchObject({
    tools: [
      {
        type: 'function',
        function: {
          name: 'sql',
          description: expect.stringContaining('(lark):\nstart: "x"'),
          parameters: { required: ['input'] },
        },
      },
    ],
    messages: [
      { role: 'user' },
      {
        role: 'assistant',
        content: null,
        tool_calls: [
          {
            id: 'c1',
            type: 'function',
            function: { name: 'sql', arguments: '{"input":"select 1"}' },
          },
        ],
      },
    ],
  });
});

test('a choice among some tools offers only these', () => {
  const body = write({
    tools: [weather, sql],
    toolChoice: { type: 'allowed', mode: 'required', names: ['weather'] },
  });
  expect(body).toMatchObject({
    tools: [{ function: { name: 'weather' } }],
    tool_choice: 'required',
  });
  expect(body['tools']).toHaveLength(1);
});

test('nothing is said about tools that are not there', () => {
  expect(write({ toolChoice: { type: 'none' }, parallelCalls: false })).toEqual(write({}));
});

test('images in results follow all results, as the user’s', () => {
  const image = {
    kind: 'image',
    source: { at: 'data', mediaType: 'image/png', data: 'AAAA' },
    detail: null,
    cache: null,
  } as const;
  const result = (callId: string, parts: Extract<Message, { role: 'tool' }>['parts']): Message => ({
    role: 'tool',
    callId,
    name: 'f',
    parts,
    isError: true,
    cache: null,
  });
  const { messages } = write({
    messages: [user, result('c1', [image]), result('c2', [text('a'), text('b')]), user],
  });
  expect(messages).toEqual([
    { role: 'user', content: 'hi' },
    { role: 'tool', tool_call_id: 'c1', content: 'The result follows in the next message.' },
    { role: 'tool', tool_call_id: 'c2', content: 'a\nb' },
    {
      role: 'user',
      content: [
        { type: 'text', text: 'From the result of c1:' },
        { type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } },
      ],
    },
    { role: 'user', content: 'hi' },
  ]);
});

test('documents of plain text are said as text', () => {
  const data = Buffer.from('words').toString('base64');
  const file = {
    kind: 'file',
    source: { at: 'data', mediaType: 'text/plain', data },
    name: 'a.txt',
    cache: null,
  } as const;
  expect(write({ messages: [{ role: 'user', parts: [file] }] })['messages']).toEqual([
    { role: 'user', content: [{ type: 'text', text: 'a.txt:\n\nwords' }] },
  ]);
});

test('earlier thoughts are said only where they are taken back', () => {
  const thought = { kind: 'thought', text: 'Hm.', seal: null, redacted: false } as const;
  const messages: Message[] = [
    user,
    { role: 'assistant', parts: [thought, text('yes')] },
    { role: 'assistant', parts: [thought] },
  ];
  expect(write({ messages })['messages']).toEqual([
    { role: 'user', content: 'hi' },
    { role: 'assistant', content: 'yes' },
  ]);
  expect(write({ messages }, { keepsThoughts: true })['messages']).toEqual([
    { role: 'user', content: 'hi' },
    { role: 'assistant', content: 'yes', reasoning_content: 'Hm.' },
    { role: 'assistant', content: '', reasoning_content: 'Hm.' },
  ]);
});

test('how much to think: as an effort, or with the platform’s own switches', () => {
  const reasoning = { effort: null, budgetTokens: 9_000, show: null };
  expect(write({ reasoning })['reasoning_effort']).toBe('medium');
  const own = write(
    { reasoning },
    { reasoning: (wish) => ({ thinking_budget: wish.budgetTokens }) },
  );
  expect(own).toMatchObject({ thinking_budget: 9_000 });
  expect(own).not.toHaveProperty('reasoning_effort');
});

test('a platform’s quirks are minded', () => {
  const system: Message = { role: 'developer', parts: [text('a')] };
  expect(
    write(
      { messages: [user, system], maxOutputTokens: 99, endUser: 'u' },
      {
        outputLimit: 'max_completion_tokens',
        ranges: { max_completion_tokens: [1, 50] },
        roles: { developer: 'system' },
        oneSystemFirst: true,
        lacks: ['user'],
      },
    ),
  ).toEqual({
    model: 'tiny',
    messages: [
      { role: 'system', content: 'a' },
      { role: 'user', content: 'hi' },
    ],
    max_completion_tokens: 50,
  });
});
