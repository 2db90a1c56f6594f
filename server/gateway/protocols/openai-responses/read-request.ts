import { AppError } from '#shared/errors.ts';
import { ResponsesRequest } from '#shared/wire/openai-responses.ts';
import { check, isObject, type JsonBody, parseBody, rewrite } from '../body.ts';
import { conversationOf, openingOf } from '../conversation.ts';
import type { AccountTag, Dialogue, Seal } from '../dialogue.ts';
import { SSE } from '../framing.ts';
import type { ArrivedCall, ChatRequest, Recipient } from '../protocol.ts';
import { quirkChanges } from '../quirk-changes.ts';
import { readSeal, unmarkSeals } from '../seals.ts';
import { eachOnce, idsUnder, type StoredId, storedAs } from '../stored-ids.ts';
import { isOurs } from './ids.ts';
import { readDialogue } from './read-dialogue.ts';
import { typeOf } from './read-items.ts';

/** Members of a request that its answer repeats. */
const ECHOED = [
  ...['background', 'instructions', 'max_output_tokens', 'max_tool_calls', 'metadata'],
  ...['parallel_tool_calls', 'previous_response_id', 'prompt_cache_key', 'reasoning'],
  ...['safety_identifier', 'service_tier', 'store', 'temperature', 'text', 'tool_choice', 'tools'],
  ...['top_logprobs', 'top_p', 'truncation', 'user'],
];

type Item = Record<string, unknown>;

/**
 * A request to `POST /v1/responses`.
 * Source: https://platform.openai.com/docs/api-reference/responses/create
 * @throws AppError bad_request naming the member at fault.
 */
export function readRequest(call: ArrivedCall): ChatRequest {
  const body = parseBody(call.body);
  const request = check(ResponsesRequest, body.json);
  const items = Array.isArray(request.input) ? request.input : [];
  let dialogue: Dialogue | null = null;
  return {
    model: request.model,
    stream: request.stream === true,
    framing: SSE,
    wantsUsage: true,
    maxOutputTokens: request.max_output_tokens ?? null,
    promptTexts: () => promptTexts(request),
    conversation: () => conversation(request),
    dialogue() {
      dialogue ??= readDialogue(request);
      return dialogue;
    },
    forward: (to) => forward(body, request, to),
    accounts: accountsIn(items),
    storedIds: storedIn(request, items),
    previousId: request.previous_response_id ?? null,
    store: request.store !== false,
    inBackground: request.background === true,
    echo: Object.fromEntries(
      ECHOED.flatMap((name) => (isSet(request[name]) ? [[name, request[name]]] : [])),
    ),
  };
}

function forward(
  body: JsonBody,
  request: ResponsesRequest,
  to: Recipient,
): { body: Buffer; dropped: string[] } {
  const { changes, dropped } = quirkChanges(request, to.quirks);
  changes.set('model', to.model);
  if (!Array.isArray(request.input)) return { body: rewrite(body, changes), dropped };
  const input = cleanInput(request.input, to);
  if (input.changed) changes.set('input', input.items);
  const seals = input.items.flatMap((item) => sealOf(item) ?? []);
  return {
    body: unmarkSeals(rewrite(body, changes), seals),
    dropped: input.dropsReasoning ? [...dropped, 'reasoning'] : dropped,
  };
}

/**
 * The input as an account of OpenAI's can read it: without reasoning that another one sealed, and
 * without ids of our own, which it would look up and not find.
 * @throws AppError bound_elsewhere for a shortened conversation that only another account can read.
 */
function cleanInput(items: readonly Item[], to: Recipient) {
  const kept = items.filter((item) => isReadable(item, to));
  const dropsReasoning = kept.length < items.length;
  const cleaned = kept.map((item) => {
    // NOTE: an item whose id OpenAI knows is refused without the reasoning that led to it.
    const { id, ...rest } = item;
    return isOurs(id) || (dropsReasoning && isAnswer(item)) ? rest : item;
  });
  const changed = dropsReasoning || cleaned.some((item, index) => item !== kept[index]);
  return { items: cleaned, changed, dropsReasoning };
}

function isReadable(item: Item, to: Recipient): boolean {
  const seal = sealOf(item);
  if (!seal) return item['type'] !== 'reasoning' || !isOurs(item['id']);
  const readable =
    seal.maker === 'openai' && (seal.account === null || seal.account === to.account);
  if (!readable && item['type'] === 'compaction') {
    throw new AppError(
      'bound_elsewhere',
      'input: the shortened conversation in it can be read only by the account that made it, which cannot be asked now. Try again later, or send the conversation itself.',
      { param: 'input' },
    );
  }
  return readable;
}

function isAnswer({ type, role }: Item): boolean {
  return type === 'function_call' || type === 'custom_tool_call' || role === 'assistant';
}

/** Reasoning and shortened conversations come encrypted. */
function sealOf({ type, encrypted_content: sealed }: Item): Seal | null {
  if (type !== 'reasoning' && type !== 'compaction') return null;
  return typeof sealed === 'string' && sealed !== '' ? readSeal(sealed, 'openai') : null;
}

function accountsIn(items: readonly Item[]): AccountTag[] {
  return [...new Set(items.flatMap((item) => sealOf(item)?.account ?? []))];
}

/** Names under which a tool that runs at the platform refers to what lies there. */
const STORED = new Set(['file_id', 'file_ids', 'vector_store_ids', 'container', 'container_id']);

/** What lies in one account's store: conversations, prompts, items, files, stores of vectors, containers. */
function storedIn(request: ResponsesRequest, items: readonly Item[]): StoredId[] {
  const { conversation, prompt, tools } = request;
  const hosted = Array.isArray(tools) ? tools.filter(isHosted) : [];
  return eachOnce([
    ...storedAs('conversation', [isObject(conversation) ? conversation['id'] : conversation]),
    ...storedAs('prompt', [isObject(prompt) ? prompt['id'] : null]),
    ...idsUnder(hosted, STORED),
    ...storedAs(
      'input',
      items.filter(isReference).map(({ id }) => id),
    ),
    ...storedAs('file_id', fileIdsIn(items)),
  ]);
}

function isHosted(tool: unknown): boolean {
  return isObject(tool) && tool['type'] !== 'function' && tool['type'] !== 'custom';
}

/** NOTE: ids of our own are replaced by what they mean, or left out. */
function isReference(item: Item): boolean {
  return typeOf(item) === 'item_reference' && typeof item['id'] === 'string' && !isOurs(item['id']);
}

function fileIdsIn(items: readonly Item[]): unknown[] {
  return items
    .flatMap(({ content, output }) => [content, output])
    .flatMap((parts): unknown[] => (Array.isArray(parts) ? parts : [parts]))
    .map((part) => (isObject(part) ? part['file_id'] : null));
}

function conversation({ instructions, input, prompt_cache_key }: ResponsesRequest): string | null {
  const opening = typeof input === 'string' ? [input] : openingOf(input ?? []);
  return conversationOf(prompt_cache_key, opening.length > 0 ? [instructions, ...opening] : []);
}

function promptTexts({ instructions, input }: ResponsesRequest): string[] {
  const said = typeof input === 'string' ? [input] : (input ?? []).flatMap(wordsOf);
  return [...(instructions ? [instructions] : []), ...said];
}

function wordsOf({ content, output, arguments: words, input }: Item): string[] {
  return [content, output, words, input].flatMap((said): string[] => {
    if (typeof said === 'string') return [said];
    if (!Array.isArray(said)) return [];
    return said.flatMap((part: unknown) => {
      const text = isObject(part) ? part['text'] : null;
      return typeof text === 'string' ? [text] : [];
    });
  });
}

function isSet(value: unknown): boolean {
  return value !== null && value !== undefined;
}
