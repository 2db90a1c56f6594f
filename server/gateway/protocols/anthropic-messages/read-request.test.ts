import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AppError } from '#shared/errors.ts';
import type { ArrivedCall, Recipient } from '../protocol.ts';
import { readCountRequest, writeCount } from './count-tokens.ts';
import { anthropicMessages } from './index.ts';

const arrived = (body: Buffer | string): ArrivedCall => ({
  body: Buffer.from(body),
  headers: {},
  model: null,
  action: null,
  query: new URLSearchParams(),
});
const read = (body: Buffer | string) => anthropicMessages.readRequest(arrived(body));
const messages = '[{"role":"user","content":"hi"}]';
const to: Recipient = { model: 'claude-lab', quirks: {}, account: '0123abcd' };

/** A call whose answer is being handed back, with the reasoning that led to it. */
const loop = (thought: object, thinking: object = { type: 'enabled', budget_tokens: 2048 }) =>
  JSON.stringify({
    model: 'm',
    max_tokens: 4096,
    thinking,
    messages: [
      { role: 'user', content: 'weather?' },
      {
        role: 'assistant',
        content: [thought, { type: 'tool_use', id: 'toolu_1', name: 'weather', input: {} }],
      },
      { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'toolu_1', content: 'sun' }] },
    ],
  });

test('only the name of the model is changed, every other byte stays', () => {
  const body = `{ "temperature":0.70, "model" : "gpt","max_tokens":5,"messages":${messages}, "x":{"model":"y"} }`;
  const { body: sent, dropped } = read(body).forward(to);
  expect(sent.toString()).toBe(body.replace('"gpt"', '"claude-lab"'));
  expect(dropped).toEqual([]);
});

test('what a platform lacks is left out and named, and numbers are kept within its range', () => {
  const request = read(
    `{"model":"m","max_tokens":9000,"top_k":5,"messages":${messages},"temperature":1}`,
  );
  const quirks = { lacks: ['top_k', 'top_p'], ranges: { max_tokens: [1, 8000] as const } };
  const { body, dropped } = request.forward({ ...to, quirks });
  expect(dropped).toEqual(['top_k']);
  expect(body.toString()).toBe(
    `{"model":"claude-lab","max_tokens":8000,"messages":${messages},"temperature":1}`,
  );
});

test.each([
  ['nothing', '', undefined],
  ['an array', '[]', 'body'],
  ['no model', `{"max_tokens":1,"messages":${messages}}`, 'model'],
  ['no messages', '{"model":"m","max_tokens":1}', 'messages'],
  ['empty messages', '{"model":"m","max_tokens":1,"messages":[]}', 'messages'],
  ['no max_tokens', `{"model":"m","messages":${messages}}`, 'max_tokens'],
  ['max_tokens as text', `{"model":"m","max_tokens":"1","messages":${messages}}`, 'max_tokens'],
  [
    'an unknown role',
    '{"model":"m","max_tokens":1,"messages":[{"role":"tool","content":"x"}]}',
    'messages.0.role',
  ],
  [
    'content that is a number',
    '{"model":"m","max_tokens":1,"messages":[{"role":"user","content":7}]}',
    'messages.0.content',
  ],
  ['stream as text', `{"model":"m","max_tokens":1,"stream":"y","messages":${messages}}`, 'stream'],
])('%s is refused, naming the field', (_what, body, param) => {
  try {
    read(body);
    expect.unreachable();
  } catch (error) {
    expect(error).toBeInstanceOf(AppError);
    expect(error).toMatchObject({ code: 'bad_request', param });
  }
});

describe('seals of reasoning', () => {
  const thought = (signature: string) => ({ type: 'thinking', thinking: 'hm', signature });

  test('of the recipient are freed of their mark, and nothing else changes', () => {
    const body = loop(thought('ghSa0123abcdEqRk/+8='));
    const request = read(body);
    expect(request.accounts).toEqual(['0123abcd']);
    expect(request.forward({ ...to, model: 'm' })).toEqual({
      body: Buffer.from(body.replace('ghSa0123abcd', '')),
      dropped: [],
    });
  });

  test('without a mark are passed on', () => {
    const body = loop(thought('EqRk/+8='));
    expect(read(body).accounts).toEqual([]);
    expect(
      read(body)
        .forward({ ...to, model: 'm' })
        .body.toString(),
    ).toBe(body);
  });

  test.each([
    ['another account', thought('ghSaffffffffEqRk')],
    ['another maker', { type: 'redacted_thinking', data: 'ghSg0123abcdEqRk' }],
    ['nobody', thought('')],
  ])('of %s are refused where a budget of thinking cannot do without', (_whose, block) => {
    expect(() => read(loop(block)).forward(to)).toThrow(
      expect.objectContaining({ code: 'bound_elsewhere' }),
    );
  });

  test.each([{ type: 'adaptive' }, { type: 'disabled' }])(
    'of another account are left out and named when thinking is $type',
    (thinking) => {
      const { body, dropped } = read(loop(thought('ghSaffffffffEqRk'), thinking)).forward(to);
      expect(dropped).toEqual(['thinking']);
      expect(body.toString()).not.toContain('hm');
      expect(JSON.parse(body.toString()).messages[1].content).toEqual([
        { type: 'tool_use', id: 'toolu_1', name: 'weather', input: {} },
      ]);
    },
  );

  test('of another account are left out of turns that are over', () => {
    const body = JSON.parse(loop(thought('ghSaffffffffEqRk')));
    body.messages.push({ role: 'assistant', content: 'sun' }, { role: 'user', content: 'thanks' });
    expect(read(JSON.stringify(body)).forward(to).dropped).toEqual(['thinking']);
  });

  test('a turn that was nothing but foreign reasoning goes altogether', () => {
    const request = read(
      JSON.stringify({
        model: 'm',
        max_tokens: 1,
        messages: [
          { role: 'user', content: 'a' },
          { role: 'assistant', content: [thought('ghSo0123abcdgAAA')] },
          { role: 'user', content: 'b' },
        ],
      }),
    );
    expect(JSON.parse(request.forward(to).body.toString()).messages).toHaveLength(2);
  });

  test('unsealed reasoning goes to a platform that takes it back', () => {
    const body = loop(thought(''));
    const sent = read(body).forward({ ...to, model: 'm', quirks: { keepsThoughts: true } });
    expect(sent.body.toString()).toBe(body);
  });

  test('those of others come back as reasoning of their makers, which nobody hid', () => {
    const request = read(loop({ type: 'redacted_thinking', data: 'ghSg0123abcdEqRk' }));
    expect(request.dialogue().messages[1]).toMatchObject({
      parts: [
        {
          kind: 'thought',
          text: '',
          seal: { maker: 'gemini', value: 'EqRk', account: '0123abcd' },
          redacted: false,
        },
        { kind: 'call' },
      ],
    });
  });
});

test('a request in the neutral form', () => {
  const request = read(
    JSON.stringify({
      model: 'm',
      max_tokens: 100,
      system: [{ type: 'text', text: 'short', cache_control: { type: 'ephemeral', ttl: '1h' } }],
      container: 'c_1',
      metadata: { user_id: 'u-1', team: 'x' },
      output_config: { effort: 'high', task_budget: {} },
      tools: [
        { type: 'web_search_20250305', name: 'web_search' },
        { name: 'w', input_schema: { type: 'object', properties: {} }, input_examples: [] },
      ],
      tool_choice: { type: 'any', disable_parallel_tool_use: true },
      thinking: { type: 'enabled', budget_tokens: 2048, display: 'omitted' },
      messages: [
        { role: 'user', content: 'look' },
        {
          role: 'assistant',
          content: [
            { type: 'server_tool_use', id: 's', name: 'web_search', input: {} },
            { type: 'tool_use', id: 't', name: 'w', input: { a: 1 } },
          ],
        },
        {
          role: 'user',
          content: [
            { type: 'text', text: 'and' },
            {
              type: 'document',
              title: 'n',
              source: { type: 'text', media_type: 'text/plain', data: 'ü' },
            },
            { type: 'document', source: { type: 'content', content: 'inner' } },
            {
              type: 'search_result',
              source: 'https://a.example',
              title: 'A',
              content: [{ type: 'text', text: 'found' }],
            },
            { type: 'image', source: { type: 'file', file_id: 'file_1' } },
            { type: 'tool_result', tool_use_id: 't', is_error: true, content: 'no' },
          ],
        },
        { role: 'system', content: 'be brief' },
      ],
    }),
  );
  expect(request.storedIds).toEqual([
    { id: 'file_1', param: 'file_id' },
    { id: 'c_1', param: 'container' },
  ]);
  expect(request.promptTexts().join('\n')).toMatch(/short.*look.*\{"a":1\}.*and.*ü.*inner.*found/s);
  const words = (said: string) => ({ kind: 'text', text: said, citations: [], cache: null });
  expect(request.dialogue()).toMatchObject({
    messages: [
      { role: 'system', parts: [{ text: 'short', cache: { ttl: '1h' } }] },
      { role: 'user', parts: [words('look')] },
      { role: 'assistant', parts: [{ kind: 'call', id: 't', arguments: '{"a":1}' }] },
      { role: 'tool', callId: 't', name: 'w', isError: true, parts: [words('no')] },
      {
        role: 'user',
        parts: [
          words('and'),
          {
            kind: 'file',
            name: 'n',
            source: { at: 'data', mediaType: 'text/plain', data: 'w7w=' },
          },
          words('inner'),
          words('A\nhttps://a.example\n\nfound'),
          { kind: 'image', source: { at: 'file', id: 'file_1' } },
        ],
      },
      { role: 'system', parts: [words('be brief')] },
    ],
    tools: [
      { kind: 'hosted', type: 'web_search_20250305' },
      { name: 'w', schema: null },
    ],
    toolChoice: { type: 'required' },
    parallelCalls: false,
    reasoning: { effort: 'high', budgetTokens: 2048, show: false },
    maxOutputTokens: 100,
    endUser: 'u-1',
  });
  expect(request.dialogue().unsaid.toSorted()).toEqual([
    'container',
    'messages.content.server_tool_use',
    'metadata.team',
    'output_config.task_budget',
    'tools.input_examples',
  ]);
});

test('a block that means nothing to others is refused, naming its type', () => {
  const request = read(
    '{"model":"m","max_tokens":1,"messages":[{"role":"user","content":[{"type":"container_upload","file_id":"f"}]}]}',
  );
  expect(() => request.dialogue()).toThrow('container_upload');
});

test('tokens are counted for a request without a limit', () => {
  const request = readCountRequest(arrived(`{"model":"m","messages":${messages}}`));
  expect(request.promptTexts()).toEqual(['hi']);
  expect(request.forward(to).body.toString()).toBe(`{"model":"claude-lab","messages":${messages}}`);
  expect(request.dialogue().maxOutputTokens).toBeNull();
  expect(writeCount(7)).toEqual({ input_tokens: 7 });
});

test('no body makes it throw anything but a clear refusal', () => {
  const types = fc.constantFrom(
    ...['text', 'image', 'document', 'search_result', 'thinking', 'redacted_thinking'],
    ...['tool_use', 'tool_result', 'server_tool_use', 'other'],
  );
  const source = fc.oneof(
    fc.jsonValue(),
    fc.record({
      type: fc.constantFrom('base64', 'url', 'file', 'text', 'content'),
      data: fc.jsonValue(),
      content: fc.jsonValue(),
    }),
  );
  const block = fc.record(
    {
      type: types,
      text: fc.jsonValue(),
      source,
      content: fc.jsonValue(),
      thinking: fc.jsonValue(),
      signature: fc.oneof(fc.string(), fc.constant('ghSaffffffffAA'), fc.jsonValue()),
      data: fc.oneof(fc.string(), fc.jsonValue()),
      id: fc.string(),
      name: fc.string(),
      input: fc.jsonValue(),
      tool_use_id: fc.string(),
      cache_control: fc.jsonValue(),
    },
    { requiredKeys: ['type'] },
  );
  const turn = fc.record({
    role: fc.constantFrom('user', 'assistant', 'system'),
    content: fc.oneof(fc.string(), fc.array(block, { maxLength: 3 })),
  });
  const anyMember = fc.oneof(fc.jsonValue(), fc.record({ type: fc.string() }));
  const body = fc.oneof(
    fc.string(),
    fc.json(),
    fc
      .record(
        {
          model: fc.constant('m'),
          max_tokens: fc.constant(5),
          messages: fc.array(turn, { minLength: 1, maxLength: 3 }),
          system: anyMember,
          tools: fc.oneof(anyMember, fc.array(anyMember)),
          tool_choice: anyMember,
          thinking: fc.oneof(anyMember, fc.constant({ type: 'enabled', budget_tokens: 1024 })),
          output_config: anyMember,
          metadata: anyMember,
        },
        { requiredKeys: ['model', 'max_tokens', 'messages'] },
      )
      .map((json) => JSON.stringify(json)),
  );
  const tryTo = (act: () => unknown) => {
    try {
      return act();
    } catch (error) {
      expect(error).toBeInstanceOf(AppError);
      expect((error as AppError).code).toMatch(/^(bad_request|bound_elsewhere)$/);
      return null;
    }
  };
  fc.assert(
    fc.property(body, (said) => {
      const request = tryTo(() => read(said)) as ReturnType<typeof read> | null;
      if (!request) return;
      request.promptTexts();
      tryTo(() => JSON.parse(request.forward(to).body.toString()));
      tryTo(() => anthropicMessages.writeRequest(request.dialogue(), to));
    }),
    { numRuns: 500 },
  );
});
