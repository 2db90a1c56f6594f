import type { FakePlatform, Say } from './matrix.ts';
import { at, halves, list, sendEvents, sendJson, str } from './respond.ts';

const USAGE = { prompt_tokens: 7, completion_tokens: 3, total_tokens: 10 };
const HEAD = { id: 'chatcmpl-up', created: 1, model: 'tiny' };
const DONE = 'data: [DONE]\n\n';

/**
 * Source: https://platform.openai.com/docs/api-reference/chat; reasoning_content as DeepSeek, Qwen and
 * GLM have it (https://api-docs.deepseek.com/guides/reasoning_model).
 */
export const openaiChatPlatform: FakePlatform = {
  protocol: 'openai-chat',
  hear(call) {
    const body = call.json;
    const messages = list(body, 'messages');
    const parts = messages.flatMap((message) => list(message, 'content'));
    return {
      prompts: ofRole(messages, 'user'),
      tools: list(body, 'tools').map((tool) => ({
        name: str(tool, 'function', 'name'),
        schema: at(tool, 'function', 'parameters'),
      })),
      images: parts.flatMap((part) => str(part, 'image_url', 'url').split(';base64,')[1] ?? []),
      thinks: at(body, 'reasoning_effort') === 'high',
      schema: at(body, 'response_format', 'json_schema', 'schema'),
      results: ofRole(messages, 'tool'),
      seals: [],
      stream: at(body, 'stream') === true,
    };
  },
  say: (what) => (call, res) => {
    if (call.json?.['stream'] === true) sendEvents(res, chunks(what), { end: DONE });
    else {
      const message = {
        role: 'assistant',
        content: what.text ?? null,
        ...(what.thought && { reasoning_content: what.thought.text }),
        ...(what.call && { tool_calls: [toolCall(what.call)] }),
      };
      const choices = [{ index: 0, message, finish_reason: finish(what) }];
      sendJson(res, 200, { ...HEAD, object: 'chat.completion', choices, usage: USAGE });
    }
  },
  refuse: (status, message, headers) => (_call, res) =>
    sendJson(
      res,
      status,
      { error: { message, type: 'scripted', param: null, code: null } },
      headers,
    ),
  failMidway: (message) => (_call, res) =>
    sendEvents(res, [chunk({ content: 'Hel' }), { error: { message, type: 'server_error' } }]),
  hang: () => (_call, res) => sendEvents(res, [chunk({ content: 'Hel' })], { open: true }),
};

function ofRole(messages: unknown[], role: string): string[] {
  return messages
    .filter((message) => at(message, 'role') === role)
    .map((message) => {
      const parts = list(message, 'content').map((part) => str(part, 'text'));
      return str(message, 'content') || parts.join('');
    });
}

function chunks(what: Say): object[] {
  const deltas: object[] = [{ role: 'assistant', content: '' }];
  for (const piece of halves(what.thought?.text ?? '')) {
    if (piece) deltas.push({ reasoning_content: piece });
  }
  for (const content of halves(what.text ?? '')) if (content) deltas.push({ content });
  if (what.call) {
    const { function: called, ...rest } = toolCall(what.call);
    const [first, second] = halves(called.arguments);
    deltas.push({ tool_calls: [{ index: 0, ...rest, function: { ...called, arguments: first } }] });
    deltas.push({ tool_calls: [{ index: 0, function: { arguments: second } }] });
  }
  return [
    ...deltas.map((delta) => chunk(delta)),
    chunk({}, finish(what)),
    { ...HEAD, object: 'chat.completion.chunk', choices: [], usage: USAGE },
  ];
}

function chunk(delta: object, reason: string | null = null) {
  const choices = [{ index: 0, delta, finish_reason: reason }];
  return { ...HEAD, object: 'chat.completion.chunk', choices };
}

function toolCall({ id, name, arguments: args }: NonNullable<Say['call']>) {
  return { id, type: 'function', function: { name, arguments: JSON.stringify(args) } };
}

function finish({ call }: Say): string {
  return call ? 'tool_calls' : 'stop';
}
