import { AppError } from '#shared/errors.ts';
import type { GeminiContent, GeminiFunctionCall, GeminiPart } from '#shared/wire/gemini.ts';
import { type AnswerPart, type Message, type TextPart, text, type UserPart } from '../dialogue.ts';
import { type CallIds, callIds } from './call-ids.ts';
import { type ReadSignature, readSignature } from './gemini-seals.ts';
import { readBlob, readFileData } from './media.ts';
import { readResult } from './tool-results.ts';

/**
 * The turns of a conversation.
 * Source: https://ai.google.dev/api/caching#Content
 * @throws AppError bad_request for a role that Google does not know.
 */
export function readContents(contents: readonly GeminiContent[]): Message[] {
  const ids = callIds(contents);
  return turnsOf(contents).flatMap(({ role, parts }): Message[] => {
    if (role === 'model') return readAnswerTurn(parts, ids);
    if (isUser(role)) return readUserTurn(parts, ids);
    if (role === 'system') return [{ role: 'system', parts: textsOf(parts) }];
    throw new AppError('bad_request', 'contents.role: say user or model', { param: 'contents' });
  });
}

type Turn = { role: string | null | undefined; parts: GeminiPart[] };

/** Clients keep the pieces of a streamed answer as contents of their own: they are one turn. */
function turnsOf(contents: readonly GeminiContent[]): Turn[] {
  const turns: Turn[] = [];
  for (const { role, parts } of contents) {
    const last = turns.at(-1);
    if (role === 'model' && last?.role === 'model') last.parts.push(...(parts ?? []));
    else turns.push({ role, parts: [...(parts ?? [])] });
  }
  return turns;
}

function isUser(role: string | null | undefined): boolean {
  return (
    role === undefined || role === null || role === '' || role === 'user' || role === 'function'
  );
}

/** The texts of a content, as in `systemInstruction`. */
export function textsOf(parts: readonly GeminiPart[]): TextPart[] {
  return parts.flatMap((part) => (part.text ? [text(part.text)] : []));
}

/** Results stand before what else is said: that is where other protocols want them. */
function readUserTurn(parts: readonly GeminiPart[], ids: CallIds): Message[] {
  const results = parts.flatMap(({ functionResponse }): Message[] =>
    functionResponse ? [readResult(functionResponse, ids.ofResponse(functionResponse))] : [],
  );
  const said = parts.flatMap(readUserPart);
  return said.length > 0 ? [...results, { role: 'user', parts: said }] : results;
}

function readUserPart(part: GeminiPart): UserPart[] {
  if (part.functionResponse) return [];
  if (part.inlineData) return [readBlob(part.inlineData)];
  if (part.fileData) return [readFileData(part.fileData)];
  const words = part.text || codeIn(part);
  return words ? [text(words)] : [];
}

function readAnswerTurn(parts: readonly GeminiPart[], ids: CallIds): Message[] {
  const said = joinPieces(parts).flatMap((part) => readAnswerPart(part, ids.ofCall));
  return said.length > 0 ? [{ role: 'assistant', parts: said }] : [];
}

/**
 * What a model wrote in one part. A signature on words or on a call becomes a thought without words
 * in front of them; on a thought it is the thought's own.
 */
export function readAnswerPart(
  part: GeminiPart,
  idOf: (call: GeminiFunctionCall) => string,
): AnswerPart[] {
  const signature = part.thoughtSignature ? readSignature(part.thoughtSignature) : null;
  if (part.thought === true && (part.text || signature))
    return [thought(part.text ?? '', signature)];
  const vouching = signature ? [thought('', signature)] : [];
  if (part.functionCall) {
    const { name, args } = part.functionCall;
    const id = idOf(part.functionCall);
    const call = { name, arguments: JSON.stringify(args ?? {}), cache: null };
    return [...vouching, { kind: 'call', id, ...call }];
  }
  const words = part.text || codeIn(part);
  return words ? [...vouching, text(words)] : vouching;
}

function thought(words: string, signature: ReadSignature | null): AnswerPart {
  const { seal = null, redacted = false } = signature ?? {};
  return { kind: 'thought', text: words, seal, redacted };
}

/** Code that ran at the platform, and what came of it. */
function codeIn({ executableCode, codeExecutionResult }: GeminiPart): string {
  if (executableCode?.code) {
    const language = executableCode.language?.toLowerCase() ?? '';
    return `\`\`\`${language}\n${executableCode.code}\n\`\`\``;
  }
  return codeExecutionResult?.output ? `\`\`\`\n${codeExecutionResult.output}\n\`\`\`` : '';
}

/**
 * Pieces of one text or one thought put together again. A thought's signature comes with its last
 * piece, the one of a text with its first.
 */
export function joinPieces(parts: readonly GeminiPart[]): GeminiPart[] {
  const whole: GeminiPart[] = [];
  for (const part of parts) {
    const last = whole.at(-1);
    const isMore = last && isWords(last) && isWords(part) && continues(last, part);
    if (isMore) whole[whole.length - 1] = { ...last, ...part, ...together(last, part) };
    else whole.push(part);
  }
  return whole;
}

function isWords(part: GeminiPart): boolean {
  return typeof part.text === 'string' && !part.functionCall && !part.inlineData;
}

function continues(last: GeminiPart, next: GeminiPart): boolean {
  if ((last.thought === true) !== (next.thought === true)) return false;
  return next.thought === true ? !last.thoughtSignature : !next.thoughtSignature;
}

function together(last: GeminiPart, next: GeminiPart): Partial<GeminiPart> {
  return {
    text: `${last.text}${next.text}`,
    thoughtSignature: next.thoughtSignature ?? last.thoughtSignature,
  };
}
