import { type CountRequest, MessagesRequest } from '#shared/wire/anthropic-messages.ts';
import { check, isObject, parseBody } from '../body.ts';
import { conversationOf, openingOf } from '../conversation.ts';
import { SSE } from '../framing.ts';
import { once } from '../once.ts';
import type { ArrivedCall, ChatRequest } from '../protocol.ts';
import { type StoredId, storedAs } from '../stored-ids.ts';
import { accountsIn, forward } from './forward.ts';
import { readDialogue } from './read-dialogue.ts';

/**
 * Reads `POST /v1/messages`.
 * Source: https://platform.claude.com/docs/en/api/messages/create
 * @throws AppError bad_request naming the member at fault.
 */
export function readRequest(call: ArrivedCall): ChatRequest {
  const body = parseBody(call.body);
  const request = check(MessagesRequest, body.json);
  return {
    model: request.model,
    stream: request.stream === true,
    framing: SSE,
    wantsUsage: true,
    maxOutputTokens: request.max_tokens,
    promptTexts: () => promptTexts(request),
    conversation: () => conversation(request),
    dialogue: once(() => readDialogue(request)),
    forward: (to) => forward(body, request, to),
    accounts: accountsIn(request),
    storedIds: [...storedAs('file_id', fileIdsIn(request.messages)), ...containerIn(request)],
    previousId: null,
    store: false,
    echo: {},
  };
}

/**
 * By the session that Claude Code tells in `metadata.user_id`, at its end or as a member of JSON; its
 * system prompt changes from turn to turn. Source: bodies it sends, as its users publish them.
 */
function conversation(request: MessagesRequest): string | null {
  const metadata = request['metadata'];
  const user = isObject(metadata) ? metadata['user_id'] : null;
  const session =
    typeof user === 'string' ? /session(?:_id":\s*"|_)([\w-]{8,64})/.exec(user) : null;
  if (session) return conversationOf(session[1], []);
  const opening = openingOf(request.messages);
  return conversationOf(user, opening.length > 0 ? [request.system, ...opening] : []);
}

/** Everything in a request that the model reads as text. */
export function promptTexts({ system, messages, tools }: CountRequest): string[] {
  const words: string[] = [];
  collectText(system, words);
  for (const { content } of messages) collectText(content, words);
  for (const tool of tools ?? []) words.push(JSON.stringify(tool));
  return words;
}

const READABLE = ['text', 'thinking', 'title', 'content'];

function collectText(content: unknown, into: string[]): void {
  if (typeof content === 'string') into.push(content);
  else if (Array.isArray(content)) for (const block of content) collectText(block, into);
  else if (isObject(content)) {
    for (const member of READABLE) collectText(content[member], into);
    if (content['input'] !== undefined) into.push(JSON.stringify(content['input']));
    const source = content['source'];
    if (!isObject(source)) return;
    if (source['type'] === 'text') collectText(source['data'], into);
    if (source['type'] === 'content') collectText(source['content'], into);
  }
}

/** A container that an earlier answer named, and skills that were uploaded. */
function containerIn({ container }: Readonly<Record<string, unknown>>): StoredId[] {
  if (typeof container === 'string') return storedAs('container', [container]);
  if (!isObject(container)) return [];
  const { id, skills } = container;
  const own = (Array.isArray(skills) ? skills : []).flatMap((skill: unknown) =>
    isObject(skill) && skill['type'] === 'custom' ? [skill['skill_id']] : [],
  );
  return [...storedAs('container', [id]), ...storedAs('skill_id', own)];
}

/** Files in the platform's store, by `file_id`, wherever in the messages they are named. */
function fileIdsIn(json: unknown): string[] {
  const found = new Set<string>();
  const look = (value: unknown): void => {
    if (Array.isArray(value)) value.forEach(look);
    else if (isObject(value)) {
      if (typeof value['file_id'] === 'string') found.add(value['file_id']);
      look(value['content']);
      look(value['source']);
    }
  };
  look(json);
  return [...found];
}
