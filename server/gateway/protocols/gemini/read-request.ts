import { AppError } from '#shared/errors.ts';
import { type GeminiContent, GenerateContentRequest } from '#shared/wire/gemini.ts';
import { check, isObject, type JsonBody, parseBody, rewrite } from '../body.ts';
import { conversationOf, openingOf } from '../conversation.ts';
import { type Dialogue, EMPTY_DIALOGUE, type Message } from '../dialogue.ts';
import { JSON_ARRAY, SSE } from '../framing.ts';
import type { ArrivedCall, ChatRequest, Recipient } from '../protocol.ts';
import { unmarkSeals } from '../seals.ts';
import { idsUnder, type StoredId, storedAs } from '../stored-ids.ts';
import { inCamelCase } from './camel-case.ts';
import { type Bonds, bondsOf, isReadBy, withoutForeignSeals } from './forward.ts';
import { mindQuirks } from './quirks-of-body.ts';
import { readConfig } from './read-config.ts';
import { readContents, textsOf } from './read-contents.ts';
import { readToolChoice, readTools } from './read-tools.ts';
import { unsaidIn } from './unsaid.ts';

const ACTIONS = ['generateContent', 'streamGenerateContent'];

/**
 * Source: https://ai.google.dev/api/generate-content
 * @throws AppError bad_request naming the field; not_found for another action.
 */
export function readRequest(call: ArrivedCall): ChatRequest {
  if (!ACTIONS.includes(call.action ?? '')) {
    throw new AppError(
      'not_found',
      `${call.action ?? 'No action'}: ask for ${ACTIONS.join(' or ')} behind the model’s name.`,
    );
  }
  const model = modelOf(call);
  const body = parseBody(call.body);
  const request = check(GenerateContentRequest, inCamelCase(body.json));
  const bonds = bondsOf(contentsOf(request));
  const stream = call.action === 'streamGenerateContent';
  const { maxOutputTokens, candidateCount } = request.generationConfig ?? {};
  let dialogue: Dialogue | null = null;
  return {
    model,
    stream,
    framing: stream && call.query.get('alt') !== 'sse' ? JSON_ARRAY : SSE,
    wantsUsage: true,
    maxOutputTokens: maxOutputTokens ? maxOutputTokens * (candidateCount ?? 1) : null,
    promptTexts: () => promptTexts(request),
    conversation: () => conversation(request),
    dialogue: () => {
      dialogue ??= readDialogue(request, body.json, stream);
      return dialogue;
    },
    forward: (to) => forward(body, bonds, to),
    accounts: bonds.accounts,
    storedIds: [...bonds.storedIds, ...storedIn(request)],
    previousId: null,
    store: false,
    echo: {},
  };
}

/** A cached beginning of the prompt, and stores that are searched: they are one account's own. */
function storedIn(request: GenerateContentRequest): StoredId[] {
  const { cachedContent, tools } = request;
  const searches = (tools ?? []).map(({ fileSearch }) => fileSearch);
  return [
    ...storedAs('cachedContent', [cachedContent]),
    ...idsUnder(searches, new Set(['fileSearchStoreNames'])),
  ];
}

/**
 * The model that the path names.
 * @throws AppError bad_request when it names none.
 */
export function modelOf({ model }: ArrivedCall): string {
  if (model) return model;
  throw new AppError('bad_request', 'The path names no model.', { param: 'model' });
}

/** @throws AppError bad_request when there are none. */
export function contentsOf({
  contents,
}: Pick<GenerateContentRequest, 'contents'>): GeminiContent[] {
  if (contents && contents.length > 0) return contents;
  throw new AppError('bad_request', 'contents: at least one is needed', { param: 'contents' });
}

/** The request in the neutral form; `json` is the body as the client spelled it. */
export function readDialogue(
  request: GenerateContentRequest,
  json: unknown,
  stream: boolean,
): Dialogue {
  const system = textsOf(request.systemInstruction?.parts ?? []);
  const lead: Message[] = system.length > 0 ? [{ role: 'system', parts: system }] : [];
  return {
    ...EMPTY_DIALOGUE,
    messages: [...lead, ...readContents(request.contents ?? [])],
    tools: readTools(request.tools),
    toolChoice: readToolChoice(request.toolConfig),
    ...readConfig(request.generationConfig ?? {}),
    stream,
    unsaid: unsaidIn(isObject(json) ? json : {}, request.generationConfig),
  };
}

/** Everything in a request that the model reads as text. */
export function promptTexts(request: GenerateContentRequest): string[] {
  const contents = [request.systemInstruction, ...(request.contents ?? [])];
  return contents.flatMap((content) => (content ? textOf(content) : []));
}

/** Turns without a role are the user's. */
function conversation({ systemInstruction, contents }: GenerateContentRequest): string | null {
  const turns = (contents ?? []).map((content) => ({ ...content, role: content.role ?? 'user' }));
  const opening = openingOf(turns);
  return conversationOf(null, opening.length > 0 ? [systemInstruction, ...opening] : []);
}

function textOf({ parts }: GeminiContent): string[] {
  return (parts ?? []).flatMap(({ text, functionCall, functionResponse }) => {
    if (functionCall) return [functionCall.name, JSON.stringify(functionCall.args ?? {})];
    if (functionResponse) return [JSON.stringify(functionResponse.response ?? {})];
    return text ? [text] : [];
  });
}

/** The model stands in the path; a body that names it too gets the platform's name for it. */
function forward(body: JsonBody, { seals }: Bonds, to: Recipient) {
  const json = isObject(body.json) ? body.json : {};
  const { changes, dropped } = mindQuirks(json, to.quirks);
  if ('model' in json) changes.set('model', `models/${to.model}`);
  if (seals.some((seal) => !isReadBy(seal, to))) {
    changes.set('contents', withoutForeignSeals(json['contents'], to));
    dropped.push('thoughtSignature');
  }
  return { body: unmarkSeals(rewrite(body, changes), seals), dropped };
}
