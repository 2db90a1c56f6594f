import { ChatCompletionRequest } from '#shared/wire/openai-chat.ts';
import { EFFORTS, type Effort, type Reasoning } from '../../../platforms/quirks.ts';
import { check, isObject, type JsonBody, parseBody, rewrite } from '../body.ts';
import { conversationOf, openingOf } from '../conversation.ts';
import { SSE } from '../framing.ts';
import { once } from '../once.ts';
import type { ArrivedCall, ChatRequest, Recipient } from '../protocol.ts';
import { type StoredId, storedAs } from '../stored-ids.ts';
import { changesBetween, mindQuirks } from './quirks.ts';
import { readDialogue } from './read-dialogue.ts';

/**
 * A chat completion as a client asks for it.
 * Source: https://platform.openai.com/docs/api-reference/chat/create
 * @throws AppError bad_request naming the member at fault.
 */
export function readRequest({ body }: Pick<ArrivedCall, 'body'>): ChatRequest {
  const parsed = parseBody(body);
  const request = check(ChatCompletionRequest, parsed.json);
  const stream = request.stream === true;
  const perAnswer = request.max_completion_tokens ?? request.max_tokens ?? null;
  return {
    model: request.model,
    stream,
    framing: SSE,
    wantsUsage: !stream || request.stream_options?.include_usage === true,
    maxOutputTokens: perAnswer === null ? null : perAnswer * (request.n ?? 1),
    promptTexts: () => promptTexts(request),
    conversation: () => conversationOf(request['prompt_cache_key'], openingOf(request.messages)),
    dialogue: once(() => readDialogue(parsed.json)),
    forward: (to) => forward(parsed, request, to),
    accounts: [],
    storedIds: storedIn(request.messages),
    previousId: null,
    store: false,
    echo: {},
  };
}

/** Replaces the model's name, asks for usage where the client did not, and minds the quirks. */
function forward(parsed: JsonBody, request: ChatCompletionRequest, { model, quirks }: Recipient) {
  const json = parsed.json as Record<string, unknown>;
  const asked = {
    ...json,
    model,
    ...(request.stream &&
      request.stream_options?.include_usage !== true && {
        stream_options: { ...request.stream_options, include_usage: true },
      }),
  };
  const minded = mindQuirks(asked, quirks, wishIn(json));
  return {
    body: rewrite(parsed, changesBetween(json, minded.body)),
    dropped: minded.dropped.filter((name) => Object.hasOwn(json, name)),
  };
}

function wishIn({ reasoning_effort: said }: Record<string, unknown>): Reasoning | null {
  if (!EFFORTS.includes(said as Effort)) return null;
  return { effort: said as Effort, budgetTokens: null, show: null };
}

type Messages = ChatCompletionRequest['messages'];

/** Every text in the prompt, whatever the parts around it: what is not understood here still passes. */
function promptTexts({ messages, tools }: ChatCompletionRequest): string[] {
  const texts = messages.flatMap((message) => [
    ...textsOf(message['content']),
    ...textsOf(message['reasoning_content']),
    ...(message['tool_calls'] ? [JSON.stringify(message['tool_calls'])] : []),
  ]);
  if (Array.isArray(tools)) texts.push(JSON.stringify(tools));
  return texts;
}

function textsOf(content: unknown): string[] {
  if (typeof content === 'string') return [content];
  return partsIn(content).flatMap(({ text }) => (typeof text === 'string' ? [text] : []));
}

function partsIn(content: unknown): Record<string, unknown>[] {
  return Array.isArray(content) ? content.filter(isObject) : [];
}

/** Files, and answers in sound that the platform keeps for a while. */
function storedIn(messages: Messages): StoredId[] {
  return messages.flatMap((message) => {
    const files = partsIn(message['content']).map(({ file }) =>
      isObject(file) ? file['file_id'] : null,
    );
    const sound = isObject(message['audio']) ? message['audio']['id'] : null;
    return [...storedAs('file_id', files), ...storedAs('audio', [sound])];
  });
}
