import { ChatCompletionRequest } from '#shared/wire/openai-chat.ts';
import { EFFORTS, type Effort, type Reasoning } from '../../../platforms/quirks.ts';
import { guessTokens } from '../../tokens.ts';
import { check, isObject, type OutlinedBody, outlineBody, rewrite } from '../body.ts';
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
  const parsed = outlineBody(body, 'messages');
  const request = check(ChatCompletionRequest, parsed.json);
  const stream = request.stream === true;
  const perAnswer = request.max_completion_tokens ?? request.max_tokens ?? null;
  return {
    model: request.model,
    stream,
    framing: SSE,
    wantsUsage: !stream || request.stream_options?.include_usage === true,
    maxOutputTokens: perAnswer === null ? null : perAnswer * (request.n ?? 1),
    promptTexts: () => wholeTexts(parsed),
    guessPrompt: () => guessPrompt(promptTexts(request), parsed),
    conversation: () => conversationOf(request['prompt_cache_key'], openingOf(request.messages)),
    dialogue: once(() => readDialogue(parsed.whole())),
    forward: (to) => forward(parsed, request, to),
    accounts: [],
    storedIds: storedIn(request.messages),
    previousId: null,
    store: false,
    echo: {},
  };
}

/** Replaces the model's name, asks for usage where the client did not, and minds the quirks. */
function forward(parsed: OutlinedBody, request: ChatCompletionRequest, to: Recipient) {
  const outlined = mind(parsed.json, request, to);
  // NOTE: what a quirk changes in messages is written anew, and that must be all of them.
  const { asked, minded } = outlined.changesMessages ? mind(parsed.whole(), request, to) : outlined;
  return {
    body: rewrite(parsed, changesBetween(asked, minded.body)),
    dropped: minded.dropped.filter((name) => Object.hasOwn(asked, name)),
  };
}

/** What is asked for, and what of it the platform is to get. */
function mind(json: unknown, request: ChatCompletionRequest, { model, quirks }: Recipient) {
  const asked = json as Record<string, unknown>;
  const wanted = {
    ...asked,
    model,
    ...(request.stream &&
      request.stream_options?.include_usage !== true && {
        stream_options: { ...request.stream_options, include_usage: true },
      }),
  };
  const minded = mindQuirks(wanted, quirks, wishIn(asked));
  return { asked, minded, changesMessages: minded.body['messages'] !== asked['messages'] };
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

/** What nobody looked at may turn out to be no JSON, and a platform may have taken it all the same: then it counts as it came. */
function wholeTexts(parsed: OutlinedBody): string[] {
  try {
    return promptTexts(check(ChatCompletionRequest, parsed.whole()));
  } catch {
    return [parsed.bytes.toString()];
  }
}

/** As `guessTokens`, with what the outline lacks: plain characters all of them. */
function guessPrompt(texts: readonly string[], { lacking }: OutlinedBody): number {
  const beyond = texts.reduce((sum, text) => sum + lacking(text), 0);
  return guessTokens(texts) + Math.ceil(beyond / 4);
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
