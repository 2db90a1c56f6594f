import type { Protocol } from '#shared/schemas/platforms.ts';
import type { Quirks } from '../../platforms/quirks.ts';
import { isRecord } from './upstream.ts';

/** A short chat in one protocol, to see whether an account works, and where its words are. */
export type TestChat = {
  path: string;
  headers: Readonly<Record<string, string>>;
  body: Record<string, unknown>;
  /** The words of the answer, perhaps none; null when this is no answer of the protocol. */
  textIn(data: unknown): string | null;
};

const ASK = 'Say only: ready';
/** The least that OpenAI's responses take. */
const FEW_TOKENS = 16;

/** The test in a protocol; `quirks` names the output limit where a platform knows one name only. */
export function testChat(protocol: Protocol, model: string, quirks: Quirks): TestChat {
  switch (protocol) {
    case 'openai-chat':
      return chat(model, quirks.outputLimit ?? 'max_tokens');
    case 'openai-responses':
      return {
        path: '/responses',
        headers: {},
        body: { model, input: ASK, max_output_tokens: FEW_TOKENS, store: false },
        textIn: (data) => joined(data, 'output', textOfOutput),
      };
    case 'anthropic-messages':
      return {
        path: '/messages',
        headers: { 'anthropic-version': '2023-06-01' },
        body: { model, max_tokens: FEW_TOKENS, messages: [{ role: 'user', content: ASK }] },
        textIn: (data) => joined(data, 'content', (part) => part['text']),
      };
    case 'gemini':
      return {
        path: `/models/${encodeURIComponent(model.replace(/^models\//, ''))}:generateContent`,
        headers: {},
        body: {
          contents: [{ role: 'user', parts: [{ text: ASK }] }],
          generationConfig: { maxOutputTokens: FEW_TOKENS },
        },
        textIn: (data) => joined(data, 'candidates', textOfCandidate),
      };
  }
}

/** The test in OpenAI's chat completions, the output limit by either of its names. */
export function chat(model: string, limit: 'max_tokens' | 'max_completion_tokens'): TestChat {
  return {
    path: '/chat/completions',
    headers: {},
    body: { model, messages: [{ role: 'user', content: ASK }], [limit]: FEW_TOKENS },
    textIn(data) {
      const choices = isRecord(data) ? data['choices'] : undefined;
      const first: unknown = Array.isArray(choices) ? choices[0] : undefined;
      const message = isRecord(first) ? first['message'] : undefined;
      if (!isRecord(message)) return null;
      return typeof message['content'] === 'string' ? message['content'].trim() : '';
    },
  };
}

/** The texts in a list of the answer's; null when it has no such list. */
function joined(
  data: unknown,
  member: string,
  textOf: (entry: Record<string, unknown>) => unknown,
): string | null {
  const list = isRecord(data) ? data[member] : undefined;
  if (!Array.isArray(list)) return null;
  const texts = list.map((entry: unknown) => (isRecord(entry) ? textOf(entry) : ''));
  return texts
    .filter((text) => typeof text === 'string')
    .join('')
    .trim();
}

function textOfOutput(item: Record<string, unknown>): string | null {
  return item['type'] === 'message' ? joined(item, 'content', (part) => part['text']) : '';
}

function textOfCandidate({ content }: Record<string, unknown>): string | null {
  return joined(content, 'parts', (part) => (part['thought'] === true ? '' : part['text']));
}
