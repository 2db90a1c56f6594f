import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Quirks, Reasoning } from '../../../platforms/quirks.ts';
import { dialogues, PLAIN_WORDS, type Vocabulary, words } from '../../../testing/dialogues.ts';
import { type Dialogue, EMPTY_DIALOGUE, type Message, NO_SAMPLING, text } from '../dialogue.ts';
import { anthropicMessages } from './index.ts';

const write = (said: Partial<Dialogue>, quirks: Quirks = {}) =>
  anthropicMessages.writeRequest(
    { ...EMPTY_DIALOGUE, messages: [user('hi')], ...said },
    {
      model: 'claude-lab',
      quirks,
      account: '0123abcd',
    },
  ).body;
const user = (said: string): Message => ({ role: 'user', parts: [text(said)] });
const call = (id: string, name = 'weather', input = '{}') =>
  ({ kind: 'call', id, name, arguments: input, cache: null }) as const;
const result = (callId: string, said: string): Message => ({
  role: 'tool',
  callId,
  name: null,
  parts: [text(said)],
  isError: false,
  cache: null,
});
const thought = { kind: 'thought', text: 'hm', redacted: false } as const;
const sealed = { ...thought, seal: { maker: 'anthropic', value: 'EqRk', account: null } } as const;
const thinks = (wish: Partial<Reasoning>): { reasoning: Reasoning } => ({
  reasoning: { effort: null, budgetTokens: null, show: null, ...wish },
});
const loop = (...parts: (typeof sealed | ReturnType<typeof call>)[]): Message[] => [
  user('weather?'),
  { role: 'assistant', parts },
  result('a', 'sun'),
];
const tools: Dialogue['tools'] = [
  {
    kind: 'function',
    name: 'weather',
    description: null,
    schema: null,
    strict: null,
    cache: null,
  },
];

describe('messages', () => {
  test('system turns go to the top, results stand before words, turns of one role are joined', () => {
    const body = write({
      messages: [
        { role: 'system', parts: [text('one')] },
        user('hi'),
        user('there'),
        { role: 'assistant', parts: [text('x'), call('a')] },
        { role: 'assistant', parts: [call('b')] },
        result('a', '1'),
        { role: 'developer', parts: [text('two')] },
        user('go on'),
        result('b', '2'),
      ],
    });
    expect(body['system']).toEqual([
      { type: 'text', text: 'one' },
      { type: 'text', text: 'two' },
    ]);
    expect(body['messages']).toMatchObject([
      { role: 'user', content: [{ text: 'hi' }, { text: 'there' }] },
      { role: 'assistant', content: [{ text: 'x' }, { id: 'a' }, { id: 'b' }] },
      { role: 'user', content: [{ tool_use_id: 'a' }, { tool_use_id: 'b' }, { text: 'go on' }] },
    ]);
  });

  test('empty text is left out, and a conversation begins with the user', () => {
    const body = write({
      messages: [
        { role: 'assistant', parts: [text('Hello!')] },
        { role: 'user', parts: [text(' \n'), text('hi')] },
        { role: 'assistant', parts: [text('I think \n')] },
      ],
    });
    expect(body['messages']).toEqual([
      { role: 'user', content: [{ type: 'text', text: 'Begin.' }] },
      { role: 'assistant', content: [{ type: 'text', text: 'Hello!' }] },
      { role: 'user', content: [{ type: 'text', text: 'hi' }] },
      { role: 'assistant', content: [{ type: 'text', text: 'I think' }] },
    ]);
  });

  test('only reasoning that Anthropic sealed is handed back', () => {
    const gemini = { ...thought, seal: { maker: 'gemini', value: 'x', account: null } } as const;
    const body = write({
      messages: [
        user('hi'),
        { role: 'assistant', parts: [sealed, { ...thought, seal: null }, gemini, text('yes')] },
        user('and?'),
      ],
    });
    expect(body['messages']).toMatchObject([
      {},
      {
        content: [
          { type: 'thinking', thinking: 'hm', signature: 'EqRk' },
          { type: 'text', text: 'yes' },
        ],
      },
      {},
    ]);
  });

  test('ids become such as the API takes, and stay apart', () => {
    const body = write({
      messages: [
        user('hi'),
        { role: 'assistant', parts: [call('f.x:0'), call('f_x_0')] },
        result('f.x:0', '1'),
        result('f_x_0', '2'),
      ],
    });
    expect(body['messages']).toMatchObject([
      {},
      { content: [{ id: 'f_x_0' }, { id: 'f_x_0_2' }] },
      { content: [{ tool_use_id: 'f_x_0' }, { tool_use_id: 'f_x_0_2' }] },
    ]);
  });

  test('documents of text are sent as text, others than PDF are refused', () => {
    const file = (mediaType: string, data: string): Message => ({
      role: 'user',
      parts: [{ kind: 'file', name: 'f', source: { at: 'data', mediaType, data }, cache: null }],
    });
    expect(write({ messages: [file('text/csv', 'w7w=')] })['messages']).toMatchObject([
      {
        content: [{ title: 'f', source: { type: 'text', media_type: 'text/plain', data: 'ü' } }],
      },
    ]);
    expect(() => write({ messages: [file('application/zip', 'AAAA')] })).toThrow('application/zip');
  });
});

describe('tools', () => {
  test('free text becomes a function with one argument, and so do its calls', () => {
    const custom = { kind: 'custom', name: 'sql', description: 'd', grammar: null } as const;
    const body = write({
      tools: [custom],
      messages: [user('hi'), { role: 'assistant', parts: [call('a', 'sql', 'SELECT 1')] }],
    });
    expect(body['tools']).toMatchObject([
      { name: 'sql', input_schema: { properties: { input: { type: 'string' } } } },
    ]);
    expect(body['messages']).toMatchObject([{}, { content: [{ input: { input: 'SELECT 1' } }] }]);
  });

  test('only the allowed ones are offered', () => {
    const other = { ...tools[0], kind: 'custom', name: 'b', description: null, grammar: null };
    const body = write({
      tools: [...tools, other as Dialogue['tools'][number]],
      toolChoice: { type: 'allowed', mode: 'required', names: ['weather'] },
      parallelCalls: false,
    });
    expect(body['tools']).toEqual([
      { name: 'weather', input_schema: { type: 'object', properties: {} } },
    ]);
    expect(body['tool_choice']).toEqual({ type: 'any', disable_parallel_tool_use: true });
  });

  test('without any tool there is no choice', () => {
    expect(write({ toolChoice: { type: 'auto' }, parallelCalls: true })).not.toHaveProperty(
      'tool_choice',
    );
  });
});

describe('thinking', () => {
  test('an effort or a budget becomes adaptive thinking with an effort', () => {
    expect(write(thinks({ effort: 'minimal', show: 'concise' }))).toMatchObject({
      thinking: { type: 'adaptive', display: 'summarized' },
      output_config: { effort: 'low' },
    });
    expect(write(thinks({ budgetTokens: 9_000 }))).toMatchObject({
      thinking: { type: 'adaptive' },
      output_config: { effort: 'medium' },
    });
    expect(write(thinks({ budgetTokens: -1 }))).not.toHaveProperty('output_config');
  });

  test('a budget is at least 1,024 tokens and leaves room for the answer', () => {
    const quirks: Quirks = { thinking: 'budget' };
    expect(write({ ...thinks({ budgetTokens: 10 }), maxOutputTokens: 500 }, quirks)).toMatchObject({
      thinking: { type: 'enabled', budget_tokens: 1_024 },
      max_tokens: 1_524,
    });
    expect(write(thinks({ effort: 'high' }), quirks)).toMatchObject({
      thinking: { type: 'enabled', budget_tokens: 24_576 },
      max_tokens: 28_672,
    });
    expect(write(thinks({ effort: 'low' }), quirks)).toMatchObject({ max_tokens: 8_192 });
  });

  test('none switches it off', () => {
    expect(write(thinks({ effort: 'none' }))['thinking']).toEqual({ type: 'disabled' });
  });

  test('temperature and top_k are left out while thinking, top_p stays from 0.95 on', () => {
    const sampling = { ...NO_SAMPLING, temperature: 0.5, topK: 5 };
    const body = write({ ...thinks({ effort: 'low' }), sampling: { ...sampling, topP: 0.95 } });
    expect(body).toMatchObject({ top_p: 0.95 });
    expect(body).not.toHaveProperty('temperature');
    expect(body).not.toHaveProperty('top_k');
    const low = { ...NO_SAMPLING, topP: 0.9 };
    expect(write({ ...thinks({ effort: 'low' }), sampling: low })).not.toHaveProperty('top_p');
    expect(write({ ...thinks({ effort: 'none' }), sampling })).toMatchObject({
      temperature: 0.5,
      top_k: 5,
    });
    expect(write({ sampling: { ...NO_SAMPLING, temperature: 1.7, topP: 1 } })).toMatchObject({
      temperature: 1,
    });
  });

  test('a forced tool wins over thinking', () => {
    const body = write({
      ...thinks({ effort: 'high' }),
      tools,
      toolChoice: { type: 'tool', name: 'weather' },
    });
    expect(body['thinking']).toEqual({ type: 'disabled' });
    expect(body['tool_choice']).toEqual({ type: 'tool', name: 'weather' });
  });

  test('with a budget, calls that no sealed reasoning led to are answered without thinking', () => {
    const quirks: Quirks = { thinking: 'budget' };
    const wish = { ...thinks({ effort: 'low' }), tools };
    const thinking = (messages: Message[], its = quirks) =>
      write({ ...wish, messages }, its)['thinking'];
    expect(thinking(loop(call('a')))).toEqual({ type: 'disabled' });
    expect(thinking(loop(sealed, call('a')))).toMatchObject({ type: 'enabled' });
    expect(
      thinking([
        ...loop(sealed, call('a')),
        { role: 'assistant', parts: [call('b')] },
        result('b', 'rain'),
      ]),
    ).toMatchObject({ type: 'enabled' });
    expect(thinking([...loop(call('a')), user('so?')])).toMatchObject({ type: 'enabled' });
    expect(thinking(loop(call('a')), {})).toMatchObject({ type: 'adaptive' });
  });
});

test('JSON without a schema is asked for in words', () => {
  expect(write({ format: { type: 'json' } })['system']).toMatchObject([
    { text: expect.stringContaining('JSON') },
  ]);
});

test('quirks are minded', () => {
  const quirks: Quirks = { outputTokens: 500, lacks: ['top_k'], ranges: { temperature: [0.1, 1] } };
  const body = write({ sampling: { ...NO_SAMPLING, topK: 1, temperature: 0 } }, quirks);
  expect(body).toMatchObject({ max_tokens: 500, temperature: 0.1 });
  expect(body).not.toHaveProperty('top_k');
});

const CAN: Vocabulary = {
  ...PLAIN_WORDS,
  systemParts: true,
  anyPartOrder: true,
  imageSources: ['url', 'data', 'file'],
  fileSources: ['url', 'data', 'file'],
  fileNames: true,
  resultParts: ['image', 'file'],
  failedResults: true,
  strict: true,
  thoughts: fc.oneof(
    words.map((it) => ({ ...sealed, text: it })),
    words.map((value) => ({
      kind: 'thought' as const,
      text: '',
      seal: { maker: 'anthropic' as const, value, account: null },
      redacted: true,
    })),
  ),
  formats: ['schema'],
  reasoning: fc.record({
    effort: fc.constantFrom(null, 'low', 'high', 'max'),
    budgetTokens: fc.constant(-1),
    show: fc.constantFrom(null, true, false),
  }),
  sampling: ['temperature', 'topP', 'topK'],
  cacheTtls: [null, '5m', '1h'],
  settings: ['endUser', 'maxOutputTokens', 'parallelCalls', 'stop', 'stream'],
};

const reread = (said: Dialogue, quirks: Quirks = {}) =>
  anthropicMessages
    .readRequest({
      body: Buffer.from(JSON.stringify(write(said, quirks))),
      headers: {},
      model: null,
      action: null,
      query: new URLSearchParams(),
    })
    .dialogue();

test('what it can say, it reads back as it was', () => {
  fc.assert(
    fc.property(dialogues(CAN).map(expressible), (said) => {
      expect(reread(said)).toEqual(said);
    }),
    { numRuns: 300 },
  );
});

test('a budget is read back as it was', () => {
  const said = expressible({
    ...EMPTY_DIALOGUE,
    messages: [user('hi')],
    ...thinks({ budgetTokens: 2_000 }),
  });
  expect(reread(said, { thinking: 'budget' })).toEqual(said);
});

/** The API wants a limit, words that are seen, and one of two ways to sample; see the tests above. */
function expressible(said: Dialogue): Dialogue {
  const forced = said.toolChoice?.type === 'required' || said.toolChoice?.type === 'tool';
  const mayThink = !forced && said.messages.at(-1)?.role !== 'assistant';
  const reasoning = mayThink ? said.reasoning : null;
  const { temperature, topP, topK } = said.sampling;
  const canLimit = said.toolChoice !== null && said.toolChoice.type !== 'none';
  return {
    ...said,
    reasoning,
    sampling: {
      ...NO_SAMPLING,
      temperature: reasoning ? null : temperature,
      topP: (reasoning && topP !== 1) || temperature !== null ? null : topP,
      topK: reasoning ? null : topK,
    },
    parallelCalls: canLimit ? said.parallelCalls : null,
    maxOutputTokens: said.maxOutputTokens ?? 8_192,
    stop: said.stop.map((it) => `.${it}`),
    messages: said.messages.map(
      (message) => ({ ...message, parts: message.parts.map(visible) }) as Message,
    ),
    tools: said.tools.map((tool) => {
      if (tool.kind !== 'function') return tool;
      const takesNothing = JSON.stringify(tool.schema?.['properties']) === '{}';
      return takesNothing ? { ...tool, schema: null } : tool;
    }),
  };
}

function visible(part: Message['parts'][number]): Message['parts'][number] {
  return part.kind === 'text' ? { ...part, text: `.${part.text}.` } : part;
}

test('names what of the sampling its rules leave out', () => {
  const to = { model: 'claude-lab', quirks: {}, account: '0123abcd' };
  const sampling = { ...NO_SAMPLING, temperature: 0.5, topP: 0.9, topK: 4 };
  const asked = { ...EMPTY_DIALOGUE, messages: [user('hi')], sampling };
  expect(anthropicMessages.writeRequest(asked, to).dropped).toEqual(['top_p']);
  const reasoning: Reasoning = { effort: 'high', budgetTokens: null, show: null };
  const thinking = anthropicMessages.writeRequest({ ...asked, reasoning }, to);
  expect(thinking.dropped).toEqual(['temperature', 'top_p', 'top_k']);
});
