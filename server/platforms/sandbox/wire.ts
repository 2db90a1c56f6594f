import type { Reply, Usage } from './reply.ts';

/** What every object of one answer repeats. */
export type Head = { id: string; created: number; model: string };

type Delta = {
  role?: 'assistant';
  content?: string | null;
  tool_calls?: readonly unknown[];
};

/** The whole answer as a `chat.completion` object. */
export function completion(head: Head, reply: Reply): unknown {
  const text = reply.tokens.join('');
  const call = reply.tool && toolCall(head, { name: reply.tool.name, arguments: text });
  const message = {
    role: 'assistant',
    content: call ? null : text,
    refusal: null,
    ...(call && { tool_calls: [call] }),
  };
  return {
    ...head,
    object: 'chat.completion',
    choices: [{ index: 0, message, logprobs: null, finish_reason: reply.finishReason }],
    usage: reply.usage,
  };
}

/** The first event of a stream: the role, and the tool's name when one is called. */
export function opening(head: Head, reply: Reply): Delta {
  if (!reply.tool) return { role: 'assistant', content: '' };
  const call = toolCall(head, { name: reply.tool.name, arguments: '' });
  return { role: 'assistant', content: null, tool_calls: [{ index: 0, ...call }] };
}

/** One token of a stream. */
export function token(reply: Reply, text: string): Delta {
  if (!reply.tool) return { content: text };
  return { tool_calls: [{ index: 0, function: { arguments: text } }] };
}

/** A `chat.completion.chunk`; `usage` is there (null) in every chunk of a stream that ends with it. */
export function chunk(
  head: Head,
  choice: { delta: Delta; finishReason: Reply['finishReason'] | null } | null,
  usage?: Usage | null,
): unknown {
  const choices = choice
    ? [{ index: 0, delta: choice.delta, logprobs: null, finish_reason: choice.finishReason }]
    : [];
  return {
    ...head,
    object: 'chat.completion.chunk',
    choices,
    ...(usage !== undefined && { usage }),
  };
}

function toolCall(head: Head, fn: { name: string; arguments: string }) {
  return { id: head.id.replace('chatcmpl', 'call'), type: 'function', function: fn };
}

const ERROR_TEXTS = {
  401: [
    'The sandbox rehearses a key that is no longer valid.',
    'authentication_error',
    'invalid_api_key',
  ],
  429: [
    'The sandbox rehearses a rate limit; try again in 2 s.',
    'rate_limit_error',
    'rate_limit_exceeded',
  ],
  500: ['The sandbox rehearses a failure of the platform.', 'server_error', null],
  503: ['The sandbox rehearses an overloaded platform.', 'server_error', null],
} as const;

/** A rehearsed failure in OpenAI's error envelope. */
export function rehearsedError(status: keyof typeof ERROR_TEXTS): unknown {
  const [message, type, code] = ERROR_TEXTS[status];
  return { error: { message, type, param: null, code } };
}

/** A refusal of the request itself, in the same envelope. */
export function requestError(message: string, param: string | null, code: string | null): unknown {
  return { error: { message, type: 'invalid_request_error', param, code } };
}
