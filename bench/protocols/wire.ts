import type { Protocol } from '#shared/schemas/platforms.ts';

/** A streamed answer in a platform's own frames, as text on the wire. */
export type Wire = {
  /** What a platform's base URL ends with. */
  base: '/v1' | '/v1beta';
  /** Path below it that asks for a stream. */
  path: (model: string) => string;
  /** What a stream says before its first words. */
  opening: string;
  words: (text: string) => string;
  /** What follows the last words, which were `all` together. */
  closing: (all: string) => string;
  /** Stands in the last frame of every stream that ended well, and in no other. */
  end: string;
};

const data = (json: object) => `data: ${JSON.stringify(json)}\n\n`;
const named = (event: { type: string }) => `event: ${event.type}\n${data(event)}`;

function chunk(delta: object, reason: string | null = null): string {
  const choices = [{ index: 0, delta, logprobs: null, finish_reason: reason }];
  return data({ ...CHAT, choices });
}
const CHAT = {
  id: 'chatcmpl-bench',
  object: 'chat.completion.chunk',
  created: 1_760_000_000,
  model: 'tiny',
};

function response(status: string, output: object[] = [], usage: object | null = null) {
  const head = { id: 'resp_bench', object: 'response', created_at: 1_760_000_000, model: 'tiny' };
  return { ...head, status, output, usage, error: null, incomplete_details: null };
}
const PLACE = { item_id: 'msg_bench', output_index: 0, content_index: 0 };

function message(status: string, content: object[] = []) {
  return { id: 'msg_bench', type: 'message', role: 'assistant', status, content };
}
const textPart = (text: string) => ({ type: 'output_text', text, annotations: [] });

function answer(text: string, more: object = {}): string {
  const content = { role: 'model', parts: [{ text }] };
  const candidates = [{ index: 0, content, ...more }];
  const usageMetadata = { promptTokenCount: 110, candidatesTokenCount: 80, totalTokenCount: 190 };
  return data({ candidates, usageMetadata, modelVersion: 'tiny', responseId: 'bench' });
}

/**
 * Source: https://platform.openai.com/docs/api-reference/chat/streaming,
 * https://platform.openai.com/docs/api-reference/responses-streaming,
 * https://docs.claude.com/en/docs/build-with-claude/streaming and
 * https://ai.google.dev/api/generate-content#method:-models.streamgeneratecontent
 */
export const WIRES: Readonly<Record<Protocol, Wire>> = {
  'openai-chat': {
    base: '/v1',
    path: () => '/chat/completions',
    opening: chunk({ role: 'assistant', content: '' }),
    words: (content) => chunk({ content }),
    closing: () => {
      const usage = { prompt_tokens: 110, completion_tokens: 80, total_tokens: 190 };
      return `${chunk({}, 'stop')}${data({ ...CHAT, choices: [], usage })}data: [DONE]\n\n`;
    },
    end: 'data: [DONE]',
  },
  'openai-responses': {
    base: '/v1',
    path: () => '/responses',
    opening: [
      { type: 'response.created', response: response('in_progress') },
      {
        type: 'response.output_item.added',
        output_index: 0,
        item: message('in_progress'),
      },
      { type: 'response.content_part.added', ...PLACE, part: textPart('') },
    ]
      .map(named)
      .join(''),
    words: (delta) =>
      named({ type: 'response.output_text.delta', ...PLACE, delta } as { type: string }),
    closing: (text) => {
      const item = message('completed', [textPart(text)]);
      const usage = { input_tokens: 110, output_tokens: 80, total_tokens: 190 };
      return [
        { type: 'response.output_text.done', ...PLACE, text },
        { type: 'response.content_part.done', ...PLACE, part: textPart(text) },
        { type: 'response.output_item.done', output_index: 0, item },
        { type: 'response.completed', response: response('completed', [item], usage) },
      ]
        .map(named)
        .join('');
    },
    end: 'event: response.completed',
  },
  'anthropic-messages': {
    base: '/v1',
    path: () => '/messages',
    opening: [
      {
        type: 'message_start',
        message: {
          id: 'msg_bench',
          type: 'message',
          role: 'assistant',
          model: 'tiny',
          content: [],
          stop_reason: null,
          stop_sequence: null,
          usage: { input_tokens: 110, output_tokens: 1 },
        },
      },
      { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
    ]
      .map(named)
      .join(''),
    words: (text) => {
      const delta = { type: 'text_delta', text };
      return named({ type: 'content_block_delta', index: 0, delta } as { type: string });
    },
    closing: () =>
      [
        { type: 'content_block_stop', index: 0 },
        {
          type: 'message_delta',
          delta: { stop_reason: 'end_turn', stop_sequence: null },
          usage: { output_tokens: 80 },
        },
        { type: 'message_stop' },
      ]
        .map(named)
        .join(''),
    end: 'event: message_stop',
  },
  gemini: {
    base: '/v1beta',
    path: (model) => `/models/${model}:streamGenerateContent?alt=sse`,
    opening: '',
    words: (text) => answer(text),
    closing: () => answer('', { finishReason: 'STOP' }),
    end: '"finishReason":"STOP"',
  },
};

/** Which protocol a request speaks, told by its first line; null = none of them. */
export function protocolOf(requestLine: string): Protocol | null {
  const path = requestLine.split(' ')[1] ?? '';
  if (path.includes(':streamGenerateContent')) return 'gemini';
  if (path.endsWith('/chat/completions')) return 'openai-chat';
  if (path.endsWith('/responses')) return 'openai-responses';
  return path.endsWith('/messages') ? 'anthropic-messages' : null;
}
