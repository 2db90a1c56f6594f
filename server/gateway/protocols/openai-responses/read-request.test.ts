import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AppError } from '#shared/errors.ts';
import type { Quirks } from '../../../platforms/quirks.ts';
import { text } from '../dialogue.ts';
import { writeSeal } from '../seals.ts';
import { openaiResponses } from './index.ts';

const OWN = 'aaaa1111';
const OTHER = 'bbbb2222';

function read(body: unknown) {
  const bytes = Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
  return openaiResponses.readRequest({
    body: bytes,
    headers: {},
    model: null,
    action: null,
    query: new URLSearchParams(),
  });
}

function forwarded(body: unknown, quirks: Quirks = {}) {
  const sent = read(body).forward({ model: 'gpt-x', quirks, account: OWN });
  return { ...sent, json: JSON.parse(sent.body.toString()) };
}

function sealed(maker: 'openai' | 'anthropic', account: string | null, value = 'gAAAA+/b') {
  const encrypted_content = writeSeal({ maker, value, account });
  return { type: 'reasoning', id: 'rs_abc', summary: [], encrypted_content };
}

function refusal(act: () => unknown): { code: string; param: string | undefined } {
  try {
    act();
  } catch (error) {
    if (error instanceof AppError) return { code: error.code, param: error.param };
    throw error;
  }
  throw new Error('nothing was refused');
}

const ask = (input: unknown, more: object = {}) => ({ model: 'fast', input, ...more });

describe('what the path needs to know', () => {
  test('a plain question', () => {
    expect(read(ask('Hello'))).toMatchObject({
      model: 'fast',
      stream: false,
      wantsUsage: true,
      maxOutputTokens: null,
      accounts: [],
      storedIds: [],
      previousId: null,
      store: true,
      echo: {},
    });
  });

  test('what is kept, continued, repeated and bound to accounts', () => {
    const request = read(
      ask(
        [
          sealed('openai', OTHER),
          sealed('anthropic', OWN),
          { role: 'user', content: [{ type: 'input_file', file_id: 'file-1' }] },
          {
            type: 'function_call_output',
            call_id: 'c',
            output: [{ type: 'input_image', file_id: 'file-2' }],
          },
        ],
        { store: false, previous_response_id: 'resp_1', temperature: 0.5, nonsense: 1 },
      ),
    );
    expect(request).toMatchObject({
      accounts: [OTHER, OWN],
      storedIds: [
        { id: 'file-1', param: 'file_id' },
        { id: 'file-2', param: 'file_id' },
      ],
      previousId: 'resp_1',
      store: false,
    });
    expect(request.echo).toEqual({
      store: false,
      previous_response_id: 'resp_1',
      temperature: 0.5,
    });
  });

  test('the prompt’s text holds instructions, messages, calls and results', () => {
    const request = read(
      ask(
        [
          { role: 'user', content: 'one' },
          { role: 'assistant', content: [{ type: 'output_text', text: 'two' }] },
          { type: 'function_call', call_id: 'c', name: 'f', arguments: '{"a":3}' },
          { type: 'function_call_output', call_id: 'c', output: 'four' },
        ],
        { instructions: 'zero' },
      ),
    );
    expect(request.promptTexts()).toEqual(['zero', 'one', 'two', '{"a":3}', 'four']);
  });
});

describe('to a platform of the same protocol', () => {
  test('every byte but the model’s name stays', () => {
    const body =
      '{ "input" : "caf\\u00e9 \u00e9",\n"model":"fast", "background": true, "prompt": {"id":"p"} }';
    const { body: sent, dropped } = read(body).forward({
      model: 'gpt-x',
      quirks: {},
      account: OWN,
    });
    expect(sent.toString()).toBe(body.replace('"fast"', '"gpt-x"'));
    expect(dropped).toEqual([]);
  });

  test('seals of the account lose their mark, unmarked ones stay', () => {
    const { json, dropped } = forwarded(
      ask([sealed('openai', OWN), sealed('openai', null, 'plain')]),
    );
    expect(json.input.map((it: { encrypted_content: string }) => it.encrypted_content)).toEqual([
      'gAAAA+/b',
      'plain',
    ]);
    expect(json.input[0].id).toBe('rs_abc');
    expect(dropped).toEqual([]);
  });

  test.each([
    ['another account', sealed('openai', OTHER)],
    ['another maker', sealed('anthropic', OWN)],
  ])('reasoning of %s is left out, with the ids that would miss it', (_whose, item) => {
    const call = { type: 'function_call', id: 'fc_1', call_id: 'c', name: 'f', arguments: '{}' };
    const user = { role: 'user', id: 'msg_1', content: 'Hello' };
    const { json, dropped } = forwarded(ask([user, item, call, sealed('openai', OWN)]));
    const { id: _id, ...bare } = call;
    expect(json.input).toEqual([user, bare, { ...sealed('openai', null), id: 'rs_abc' }]);
    expect(dropped).toEqual(['reasoning']);
  });

  test('ids that were made here are taken out, and reasoning that nobody sealed', () => {
    const ours = (prefix: string) => `${prefix}_01890a5dac96774bbcceb302099a8057_o0`;
    const { json, dropped } = forwarded(
      ask([
        { type: 'reasoning', id: ours('rs'), summary: [{ type: 'summary_text', text: 'Hm' }] },
        { type: 'function_call', id: ours('fc'), call_id: 'c', name: 'f', arguments: '{}' },
      ]),
    );
    expect(json.input).toEqual([
      { type: 'function_call', call_id: 'c', name: 'f', arguments: '{}' },
    ]);
    expect(dropped).toEqual(['reasoning']);
  });

  test('a conversation shortened by another account cannot go', () => {
    const compaction = { ...sealed('openai', OTHER), type: 'compaction' };
    expect(refusal(() => forwarded(ask([compaction])))).toEqual({
      code: 'bound_elsewhere',
      param: 'input',
    });
    expect(forwarded(ask([{ ...compaction, encrypted_content: 'own' }])).json.input).toHaveLength(
      1,
    );
  });

  test('members that the platform lacks go, numbers move into its ranges', () => {
    const { json, dropped } = forwarded(ask('Hi', { user: 'u', temperature: 2 }), {
      lacks: ['user', 'metadata'],
      ranges: { temperature: [0, 1] },
    });
    expect(json).toEqual({ model: 'gpt-x', input: 'Hi', temperature: 1 });
    expect(dropped).toEqual(['user']);
  });
});

describe('in the neutral form', () => {
  test('instructions are the system’s first turn', () => {
    expect(read(ask('Hi', { instructions: 'Be brief.' })).dialogue().messages).toEqual([
      { role: 'system', parts: [text('Be brief.')] },
      { role: 'user', parts: [text('Hi')] },
    ]);
  });

  test('what the model said without a break is one turn', () => {
    const { messages } = read(
      ask([
        { role: 'user', content: 'Weather?' },
        {
          type: 'reasoning',
          summary: [{ text: 'One' }, { text: 'Two' }],
          content: [{ text: 'Raw' }],
        },
        { type: 'web_search_call', id: 'ws_1' },
        { type: 'message', role: 'assistant', content: [{ type: 'refusal', refusal: 'No' }] },
        { type: 'function_call', call_id: 'c', name: 'f', arguments: '{}' },
        { type: 'function_call_output', call_id: 'c', output: 'Rain' },
        { role: 'assistant', content: 'It rains.' },
      ]),
    ).dialogue();
    expect(messages.slice(1)).toEqual([
      {
        role: 'assistant',
        parts: [
          { kind: 'thought', text: 'One\n\nTwo\n\nRaw', seal: null, redacted: false },
          { kind: 'refusal', text: 'No' },
          { kind: 'call', id: 'c', name: 'f', arguments: '{}', cache: null },
        ],
      },
      { role: 'tool', callId: 'c', name: 'f', parts: [text('Rain')], isError: false, cache: null },
      { role: 'assistant', parts: [text('It rains.')] },
    ]);
  });

  test('hidden reasoning of another platform comes back as what it was', () => {
    const answer = openaiResponses.writeAnswer(
      {
        id: null,
        model: null,
        parts: [
          {
            kind: 'thought',
            text: '',
            seal: { maker: 'anthropic', value: 'c2VhbA==', account: OWN },
            redacted: true,
          },
        ],
        finish: 'stop',
        stopSequence: null,
        usage: null,
      },
      {
        requestId: 'r',
        model: 'm',
        createdAt: 0,
        wantsUsage: true,
        dialogue: read(ask('Hi')).dialogue(),
        echo: {},
      },
    ) as { output: object[] };
    expect(
      read(
        ask(['Hi'].map((content) => ({ role: 'user', content })).concat(answer.output as never[])),
      ).dialogue().messages[1],
    ).toMatchObject({
      parts: [{ redacted: true, seal: { maker: 'anthropic', value: 'c2VhbA==', account: OWN } }],
    });
  });

  test('what has no place is named, in letters that fit a header', () => {
    const { unsaid, tools, toolChoice } = read(
      ask([{ role: 'user', content: 'Hi' }, { type: 'mcp_call' }, { type: 'a\r\nb' }], {
        include: ['reasoning.encrypted_content', 'web_search_call.results'],
        truncation: 'auto',
        max_tool_calls: 3,
        moderation: null,
        'bad\r\nname': 1,
        reasoning: { effort: 'low', mode: 'pro' },
        tools: [{ type: 'web_search' }],
        tool_choice: { type: 'web_search' },
        stream_options: { include_obfuscation: false },
      }),
    ).dialogue();
    expect(unsaid.toSorted()).toEqual([
      'include',
      'input',
      'input.mcp_call',
      'max_tool_calls',
      'reasoning.mode',
      'tool_choice',
      'truncation',
    ]);
    expect(tools).toEqual([{ kind: 'hosted', type: 'web_search' }]);
    expect(toolChoice).toBeNull();
  });

  test('a call of free text for a tool that is gone is told as a function’s', () => {
    const call = { type: 'custom_tool_call', call_id: 'c', name: 'patch', input: 'a\nb' };
    const withTool = ask([call], { tools: [{ type: 'custom', name: 'patch' }] });
    const said = (body: object) => read(body).dialogue().messages[0]?.parts[0];
    expect(said(withTool)).toMatchObject({ arguments: 'a\nb' });
    expect(said(ask([call]))).toMatchObject({ arguments: '{"input":"a\\nb"}' });
  });

  test.each([
    ['background', { background: true }],
    ['conversation', { conversation: 'conv_1' }],
    ['prompt', { prompt: { id: 'pmpt_1' } }],
    ['previous_response_id', { previous_response_id: 'resp_1' }],
    ['input.0', { input: [{ type: 'item_reference', id: 'msg_1' }] }],
    ['input.0', { input: [{ type: 'compaction', encrypted_content: 'x' }] }],
    ['input.0.content.0.text', { input: [{ role: 'user', content: [{ type: 'input_text' }] }] }],
    ['input.0.role', { input: [{ role: 'critic', content: 'x' }] }],
    ['input', { input: [] }],
    ['tools.0.name', { tools: [{ type: 'function' }] }],
    ['text.format', { text: { format: { type: 'yaml' } } }],
    ['tool_choice', { tool_choice: 'maybe' }],
    [
      'input.0.content.0.image_url',
      { input: [{ role: 'user', content: [{ type: 'input_image', image_url: 'data:nonsense' }] }] },
    ],
  ])('%s is refused by name', (param, body) => {
    const request = read(ask('Hi', body));
    expect(refusal(() => request.dialogue())).toEqual({ code: 'bad_request', param });
  });
});

test('any body is understood or refused, never anything else', () => {
  const part = fc.record(
    {
      type: fc.constantFrom(
        'input_text',
        'output_text',
        'refusal',
        'input_image',
        'input_file',
        'x',
      ),
      text: fc.oneof(fc.string(), fc.jsonValue()),
      image_url: fc.jsonValue(),
      annotations: fc.jsonValue(),
    },
    { requiredKeys: [] },
  );
  const item = fc.record(
    {
      type: fc.constantFrom(
        ...['message', 'reasoning', 'function_call', 'custom_tool_call', 'function_call_output'],
        ...['item_reference', 'compaction', '__proto__', 'constructor'],
      ),
      id: fc.oneof(fc.string(), fc.jsonValue()),
      role: fc.oneof(fc.constantFrom('user', 'assistant', 'system'), fc.jsonValue()),
      content: fc.oneof(fc.string(), fc.array(part), fc.jsonValue()),
      output: fc.oneof(fc.string(), fc.array(part), fc.jsonValue()),
      summary: fc.jsonValue(),
      encrypted_content: fc.oneof(fc.string(), fc.constant('ghSabbbb2222x'), fc.jsonValue()),
      call_id: fc.oneof(fc.string(), fc.jsonValue()),
      name: fc.oneof(fc.string(), fc.jsonValue()),
      arguments: fc.oneof(fc.string(), fc.jsonValue()),
      input: fc.oneof(fc.string(), fc.jsonValue()),
    },
    { requiredKeys: [] },
  );
  const body = fc.record(
    {
      model: fc.oneof(fc.constant('fast'), fc.jsonValue()),
      input: fc.oneof(fc.string(), fc.array(item), fc.jsonValue()),
      tools: fc.oneof(
        fc.array(fc.record({ type: fc.constantFrom('function', 'custom', 'x') })),
        fc.jsonValue(),
      ),
      tool_choice: fc.jsonValue(),
      text: fc.jsonValue(),
      reasoning: fc.jsonValue(),
      include: fc.jsonValue(),
      metadata: fc.jsonValue(),
    },
    { requiredKeys: ['model'] },
  );
  fc.assert(
    fc.property(fc.oneof(body, fc.jsonValue()), (json) => {
      try {
        const request = read(json);
        request.promptTexts();
        request.forward({ model: 'm', quirks: {}, account: OWN });
        request.dialogue();
      } catch (error) {
        expect(error).toBeInstanceOf(AppError);
        expect(['bad_request', 'bound_elsewhere']).toContain((error as AppError).code);
      }
    }),
    { numRuns: 1_000 },
  );
});
