import type { Protocol as ProtocolId } from '#shared/schemas/platforms.ts';

/*
 * Requests that say as much as their protocol can, so that changes to any member are tried. Each is
 * valid and can be said in every protocol.
 */

const PNG = 'aGVsbG8=';
const SCHEMA = { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] };

const chat = {
  model: 'gpt-lab',
  messages: [
    { role: 'system', content: 'Be brief.' },
    {
      role: 'user',
      content: [
        { type: 'text', text: 'See this' },
        { type: 'image_url', image_url: { url: `data:image/png;base64,${PNG}`, detail: 'low' } },
      ],
    },
    {
      role: 'assistant',
      content: 'Let me look.',
      reasoning_content: 'hm',
      tool_calls: [
        {
          id: 'call_1',
          type: 'function',
          function: { name: 'weather', arguments: '{"city":"x"}' },
        },
      ],
    },
    { role: 'tool', tool_call_id: 'call_1', content: '31 degrees' },
  ],
  tools: [
    {
      type: 'function',
      function: { name: 'weather', description: 'd', parameters: SCHEMA, strict: true },
    },
  ],
  tool_choice: { type: 'function', function: { name: 'weather' } },
  response_format: { type: 'json_schema', json_schema: { name: 'a', schema: SCHEMA } },
  reasoning_effort: 'low',
  max_completion_tokens: 100,
  temperature: 0.5,
  top_p: 0.5,
  stop: ['END'],
  seed: 1,
  logit_bias: { '1': 2 },
  metadata: { a: 'b' },
  user: 'u',
  stream_options: { include_usage: true },
};

const responses = {
  model: 'gpt-lab',
  instructions: 'Be brief.',
  input: [
    {
      role: 'user',
      content: [
        { type: 'input_text', text: 'See this' },
        { type: 'input_image', image_url: `data:image/png;base64,${PNG}`, detail: 'low' },
      ],
    },
    {
      type: 'reasoning',
      id: 'rs_1',
      summary: [{ type: 'summary_text', text: 'hm' }],
      encrypted_content: 'c2VhbA==',
    },
    {
      type: 'message',
      role: 'assistant',
      content: [{ type: 'output_text', text: 'Let me look.', annotations: [] }],
    },
    { type: 'function_call', call_id: 'call_1', name: 'weather', arguments: '{"city":"x"}' },
    { type: 'function_call_output', call_id: 'call_1', output: '31 degrees' },
  ],
  tools: [
    { type: 'function', name: 'weather', description: 'd', parameters: SCHEMA, strict: true },
  ],
  tool_choice: { type: 'function', name: 'weather' },
  text: { format: { type: 'json_schema', name: 'a', schema: SCHEMA }, verbosity: 'low' },
  reasoning: { effort: 'low', summary: 'auto' },
  max_output_tokens: 100,
  temperature: 0.5,
  metadata: { a: 'b' },
  include: ['reasoning.encrypted_content'],
  store: false,
};

const messages = {
  model: 'gpt-lab',
  max_tokens: 2_000,
  system: [{ type: 'text', text: 'Be brief.', cache_control: { type: 'ephemeral', ttl: '5m' } }],
  messages: [
    {
      role: 'user',
      content: [
        { type: 'text', text: 'See this' },
        { type: 'image', source: { type: 'base64', media_type: 'image/png', data: PNG } },
      ],
    },
    {
      role: 'assistant',
      content: [
        { type: 'thinking', thinking: 'hm', signature: 'c2VhbA==' },
        { type: 'text', text: 'Let me look.' },
        { type: 'tool_use', id: 'call_1', name: 'weather', input: { city: 'x' } },
      ],
    },
    {
      role: 'user',
      content: [
        {
          type: 'tool_result',
          tool_use_id: 'call_1',
          content: [{ type: 'text', text: '31 degrees' }],
          is_error: false,
        },
      ],
    },
  ],
  tools: [{ name: 'weather', description: 'd', input_schema: SCHEMA }],
  tool_choice: { type: 'auto', disable_parallel_tool_use: true },
  thinking: { type: 'enabled', budget_tokens: 1_024 },
  output_config: { format: { type: 'json_schema', schema: SCHEMA } },
  stop_sequences: ['END'],
  metadata: { user_id: 'u' },
};

const gemini = {
  systemInstruction: { parts: [{ text: 'Be brief.' }] },
  contents: [
    {
      role: 'user',
      parts: [{ text: 'See this' }, { inlineData: { mimeType: 'image/png', data: PNG } }],
    },
    {
      role: 'model',
      parts: [
        { text: 'hm', thought: true },
        { text: 'Let me look.' },
        {
          functionCall: { id: 'call_1', name: 'weather', args: { city: 'x' } },
          thoughtSignature: 'c2VhbA==',
        },
      ],
    },
    {
      role: 'user',
      parts: [{ functionResponse: { id: 'call_1', name: 'weather', response: { output: '31' } } }],
    },
  ],
  tools: [{ functionDeclarations: [{ name: 'weather', description: 'd', parameters: SCHEMA }] }],
  toolConfig: { functionCallingConfig: { mode: 'ANY', allowedFunctionNames: ['weather'] } },
  generationConfig: {
    maxOutputTokens: 100,
    temperature: 0.5,
    topK: 5,
    stopSequences: ['END'],
    responseMimeType: 'application/json',
    responseJsonSchema: SCHEMA,
    thinkingConfig: { thinkingBudget: 1_024, includeThoughts: true },
  },
};

/** One request in the words of each protocol. */
export const CHAT_BODIES: Readonly<Record<ProtocolId, Record<string, unknown>>> = {
  'openai-chat': chat,
  'openai-responses': responses,
  'anthropic-messages': messages,
  gemini,
};
