import { ResponsesUsage } from '#shared/wire/openai-responses.ts';
import type { TokenUsage } from '../../ports.ts';
import { isObject, tryParseObject } from '../body.ts';
import type { AnswerPart, DialogueAnswer, Finish } from '../dialogue.ts';
import { errorMessage } from '../error-message.ts';
import { readCitations } from './content.ts';
import { readThought } from './thoughts.ts';

/*
 * Answers of a platform. Items of tools that run there are not read.
 * Source: https://platform.openai.com/docs/api-reference/responses/object
 */

export type Wire = Readonly<Record<string, unknown>>;

/** A whole answer. One that is still being made (`background`) has no parts yet. */
export function readAnswer(body: Buffer): DialogueAnswer | { error: string } {
  const response = tryParseObject(body.toString());
  if (!response) return { error: 'The platform answered with something that is not JSON.' };
  const error = failure(response);
  if (error !== null) return { error };
  if (!Array.isArray(response['output'])) return { error: 'The platform answered without output.' };
  const parts = partsOf(response);
  return {
    id: stringOr(response['id'], null),
    model: stringOr(response['model'], null),
    parts,
    finish: finishOf(
      response,
      parts.map(({ kind }) => kind),
    ),
    stopSequence: null,
    usage: readUsage(response['usage']),
  };
}

/** What went wrong, null when nothing did. */
export function failure(response: Wire): string | null {
  const error = errorMessage(response);
  if (error !== null) return error;
  if (response['status'] === 'failed') return 'The platform could not answer and did not say why.';
  return response['status'] === 'cancelled' ? 'The platform cancelled the answer.' : null;
}

/** Everything the model said in a response. */
export function partsOf({ output }: Wire): AnswerPart[] {
  return Array.isArray(output)
    ? output.flatMap((item) => (isObject(item) ? readItem(item) : []))
    : [];
}

/** Why the model stopped; `kinds` are those of the parts it wrote. */
export function finishOf(response: Wire, kinds: readonly AnswerPart['kind'][]): Finish {
  const details = response['incomplete_details'];
  const reason = isObject(details) ? details['reason'] : null;
  if (reason === 'content_filter') return 'filtered';
  if (response['status'] === 'incomplete') return 'length';
  if (kinds.includes('call')) return 'calls';
  return kinds.includes('refusal') ? 'refused' : 'stop';
}

/** Null when there is none, or one that cannot be. */
export function readUsage(json: unknown): TokenUsage | null {
  const usage = ResponsesUsage.safeParse(json);
  if (!usage.success) return null;
  const { input_tokens_details: input, output_tokens_details: output } = usage.data;
  return {
    inputTokens: usage.data.input_tokens,
    cachedTokens: input?.cached_tokens ?? 0,
    cacheWriteTokens: input?.cache_write_tokens ?? 0,
    outputTokens: usage.data.output_tokens,
    reasoningTokens: output?.reasoning_tokens ?? 0,
    estimated: false,
  };
}

/** An item of an answer; a shortened conversation counts as reasoning that is hidden altogether. */
export function readItem(item: Wire): AnswerPart[] {
  switch (item['type']) {
    case 'message':
      return Array.isArray(item['content']) ? item['content'].flatMap(readWords) : [];
    case 'reasoning':
    case 'compaction': {
      const thought = readThought(item);
      return thought
        ? [{ ...thought, redacted: thought.redacted || item['type'] !== 'reasoning' }]
        : [];
    }
    case 'function_call':
    case 'custom_tool_call':
      return [readCall(item)];
    default:
      return [];
  }
}

/** The text, or what stands for it where there is none. */
export function stringOr<Else>(value: unknown, otherwise: Else): string | Else {
  return typeof value === 'string' ? value : otherwise;
}

function readWords(content: unknown): AnswerPart[] {
  if (!isObject(content)) return [];
  const { type, text, refusal, annotations } = content;
  if (type === 'output_text' && typeof text === 'string') {
    return [{ kind: 'text', text, citations: readCitations(annotations), cache: null }];
  }
  return type === 'refusal' && typeof refusal === 'string'
    ? [{ kind: 'refusal', text: refusal }]
    : [];
}

function readCall(item: Wire): AnswerPart {
  const words = item['type'] === 'function_call' ? item['arguments'] : item['input'];
  return {
    kind: 'call',
    id: stringOr(item['call_id'], stringOr(item['id'], '')),
    name: stringOr(item['name'], ''),
    arguments: stringOr(words, ''),
    cache: null,
  };
}
