import { expect, test } from 'vitest';
import { NO_SAMPLING, text } from '../dialogue.ts';
import { readDialogue } from './read-dialogue.ts';

const user = { role: 'user', content: 'hi' };
const read = (more: object, messages: object[] = [user]) =>
  readDialogue({ model: 'm', messages, ...more });

// Fixtures after https://platform.openai.com/docs/api-reference/chat/create

test('turns of every role, with calls of both kinds and their results', () => {
  const { messages } = read({}, [
    { role: 'developer', content: [{ type: 'text', text: 'Be brief.' }] },
    {
      role: 'assistant',
      content: '',
      reasoning_content: 'Hm.',
      refusal: 'No.',
      tool_calls: [
        { id: 'c1', type: 'function', function: { name: 'weather', arguments: '{"city":"Bern"}' } },
        { id: 'c2', type: 'custom', custom: { name: 'sql', input: 'select 1' } },
      ],
    },
    { role: 'tool', tool_call_id: 'c1', content: 'Sunny' },
    { role: 'tool', tool_call_id: 'c9', content: [{ type: 'text', text: '?' }] },
  ]);
  expect(messages).toEqual([
    { role: 'developer', parts: [text('Be brief.')] },
    {
      role: 'assistant',
      parts: [
        { kind: 'thought', text: 'Hm.', seal: null, redacted: false },
        { kind: 'refusal', text: 'No.' },
        { kind: 'call', id: 'c1', name: 'weather', arguments: '{"city":"Bern"}', cache: null },
        { kind: 'call', id: 'c2', name: 'sql', arguments: 'select 1', cache: null },
      ],
    },
    {
      role: 'tool',
      callId: 'c1',
      name: 'weather',
      parts: [text('Sunny')],
      isError: false,
      cache: null,
    },
    { role: 'tool', callId: 'c9', name: null, parts: [text('?')], isError: false, cache: null },
  ]);
});

test('images, sound and documents, in the request, at an address or in a store', () => {
  const { messages } = read({}, [
    {
      role: 'user',
      content: [
        { type: 'image_url', image_url: { url: 'https://a.example/x.png', detail: 'low' } },
        { type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } },
        { type: 'input_audio', input_audio: { data: 'BBBB', format: 'wav' } },
        {
          type: 'file',
          file: { filename: 'a.pdf', file_data: 'data:application/pdf;base64,CC==' },
        },
        { type: 'file', file: { file_id: 'file-1' } },
        { type: 'text', text: 'these', cache_control: { type: 'ephemeral', ttl: '1h' } },
      ],
    },
  ]);
  expect(messages[0]?.parts).toEqual([
    {
      kind: 'image',
      source: { at: 'url', url: 'https://a.example/x.png' },
      detail: 'low',
      cache: null,
    },
    {
      kind: 'image',
      source: { at: 'data', mediaType: 'image/png', data: 'AAAA' },
      detail: null,
      cache: null,
    },
    { kind: 'audio', data: 'BBBB', format: 'wav' },
    {
      kind: 'file',
      source: { at: 'data', mediaType: 'application/pdf', data: 'CC==' },
      name: 'a.pdf',
      cache: null,
    },
    { kind: 'file', source: { at: 'file', id: 'file-1' }, name: null, cache: null },
    { ...text('these'), cache: { ttl: '1h' } },
  ]);
});

test('tools of every kind, and every way to choose among them', () => {
  const weather = {
    type: 'function',
    function: { name: 'weather', parameters: { type: 'object' }, strict: true },
  };
  const sql = { type: 'custom', custom: { name: 'sql', format: { type: 'text' } } };
  expect(read({ tools: [weather, sql, { type: 'web_search' }] }).tools).toEqual([
    {
      kind: 'function',
      name: 'weather',
      description: null,
      schema: { type: 'object' },
      strict: true,
      cache: null,
    },
    { kind: 'custom', name: 'sql', description: null, grammar: { type: 'text' } },
    { kind: 'hosted', type: 'web_search' },
  ]);
  const choice = (tool_choice: unknown) => read({ tools: [weather], tool_choice }).toolChoice;
  expect(choice('required')).toEqual({ type: 'required' });
  expect(choice({ type: 'function', function: { name: 'weather' } })).toEqual({
    type: 'tool',
    name: 'weather',
  });
  expect(choice({ type: 'custom', custom: { name: 'sql' } })).toEqual({
    type: 'tool',
    name: 'sql',
  });
  expect(
    choice({
      type: 'allowed_tools',
      allowed_tools: { mode: 'auto', tools: [{ type: 'function', function: { name: 'weather' } }] },
    }),
  ).toEqual({ type: 'allowed', mode: 'auto', names: ['weather'] });
});

test('settings', () => {
  const dialogue = read({
    temperature: 0.5,
    top_p: 1,
    seed: 7,
    logprobs: true,
    top_logprobs: 3,
    stop: 'END',
    n: 2,
    max_completion_tokens: 9,
    reasoning_effort: 'high',
    verbosity: 'low',
    user: 'u',
    safety_identifier: 's',
    prompt_cache_key: 'k',
    metadata: { a: 'b' },
    service_tier: 'flex',
    parallel_tool_calls: false,
    stream: true,
    response_format: {
      type: 'json_schema',
      json_schema: { name: 'city', schema: { type: 'object' } },
    },
  });
  expect(dialogue).toMatchObject({
    sampling: { ...NO_SAMPLING, temperature: 0.5, topP: 1, seed: 7, logprobs: 3 },
    stop: ['END'],
    answers: 2,
    maxOutputTokens: 9,
    verbosity: 'low',
    endUser: 's',
    cacheKey: 'k',
    reasoning: { effort: 'high', budgetTokens: null, show: null },
    metadata: { a: 'b' },
    serviceTier: 'flex',
    parallelCalls: false,
    stream: true,
    format: {
      type: 'schema',
      name: 'city',
      description: null,
      schema: { type: 'object' },
      strict: null,
    },
    unsaid: [],
  });
});

test('names what has no place in other protocols', () => {
  const named = [{ role: 'user', content: 'hi', name: 'ada' }];
  expect(
    read({ store: true, enable_thinking: true, modalities: null, stream_options: {} }, named)
      .unsaid,
  ).toEqual(['store', 'enable_thinking', 'messages.name']);
});

test.each([
  [{ functions: [{ name: 'f' }] }, 'functions'],
  [{ tools: [{ type: 'function' }] }, 'tools.0.function'],
  [{ reasoning_effort: 'lots' }, 'reasoning_effort'],
  [{ messages: [{ role: 'function', name: 'f', content: '1' }] }, 'messages.0.role'],
  [
    {
      messages: [{ role: 'user', content: [{ type: 'image_url', image_url: { url: 'data:x' } }] }],
    },
    'messages.0.content',
  ],
  [{ messages: [{ role: 'user', content: [{ type: 'file', file: {} }] }] }, 'messages.0.content'],
])('%j cannot be understood, and the field is named', (more, param) => {
  expect(() => read(more)).toThrow(expect.objectContaining({ code: 'bad_request', param }));
});
