import type { Protocol as ProtocolId } from '#shared/schemas/platforms.ts';

/** A small question in a client's protocol. */
export type Asker = {
  protocol: ProtocolId;
  path(stream: boolean): string;
  body(stream: boolean): string;
};

const PROMPT = 'Say hello';
const TOOLS = { name: 'weather', description: 'd' };
const SCHEMA = { type: 'object', properties: {} };

function asker(protocol: ProtocolId, path: string, body: object): Asker {
  return {
    protocol,
    path: () => path,
    body: (stream) => JSON.stringify({ model: 'gpt-lab', ...body, stream }),
  };
}

/** One of each protocol, all with the same tool. */
export const ASKERS: readonly Asker[] = [
  asker('openai-chat', '/v1/chat/completions', {
    messages: [{ role: 'user', content: PROMPT }],
    tools: [{ type: 'function', function: { ...TOOLS, parameters: SCHEMA } }],
  }),
  asker('openai-responses', '/v1/responses', {
    input: PROMPT,
    tools: [{ type: 'function', ...TOOLS, parameters: SCHEMA }],
  }),
  asker('anthropic-messages', '/v1/messages', {
    max_tokens: 100,
    messages: [{ role: 'user', content: PROMPT }],
    tools: [{ ...TOOLS, input_schema: SCHEMA }],
  }),
  {
    protocol: 'gemini',
    path: (stream) =>
      `/v1beta/models/gpt-lab:${stream ? 'streamGenerateContent?alt=sse' : 'generateContent'}`,
    body: () =>
      JSON.stringify({
        contents: [{ parts: [{ text: PROMPT }] }],
        tools: [{ functionDeclarations: [{ ...TOOLS, parameters: SCHEMA }] }],
      }),
  },
];
