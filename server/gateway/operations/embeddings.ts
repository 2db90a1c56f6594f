import { AppError } from '#shared/errors.ts';
import { EmbeddingsRequest } from '#shared/wire/openai-operations.ts';
import type { TokenUsage } from '../ports.ts';
import { check, parseBody } from '../protocols/body.ts';
import type { Door } from '../request.ts';
import { NO_TOKENS } from '../tokens.ts';
import { forwardDoor, jsonWriter } from './forwarded.ts';
import { readTokens } from './metering.ts';
import { jsonPassage } from './passages.ts';

/** Far beyond what a platform takes in one request; they only keep what we look at within bounds. */
const MOST_INPUTS = 10_000;
const MOST_TOKENS = 2_000_000;

type Input = EmbeddingsRequest['input'];
/** `tokens` is null where the input is text, whose tokens are to be counted. */
type Measured = { texts: () => readonly string[]; tokens: number | null };

/**
 * Embeddings: billed by their input's tokens.
 * Source: https://platform.openai.com/docs/api-reference/embeddings/create
 */
export const embeddingsDoor: Door = forwardDoor('openai-embeddings', 'embeddings', (call) => {
  const body = parseBody(call.body);
  const { model, input } = check(EmbeddingsRequest, body.json);
  const { texts, tokens } = measure(input);
  // NOTE: without a report, texts are counted when the books are closed; tokens are known already.
  const known: TokenUsage | null =
    tokens === null ? null : { ...NO_TOKENS, inputTokens: tokens, estimated: true };
  return {
    model,
    stream: false,
    maxOutputTokens: 0,
    promptTexts: texts,
    ...(tokens !== null && { promptTokens: tokens }),
    write: jsonWriter(body),
    passage: jsonPassage((json) => {
      if (!Array.isArray(json['data'])) return null;
      const usage = readTokens(json['usage']);
      // NOTE: some servers report nought, which no input takes.
      return { usage: usage && usage.inputTokens > 0 ? usage : known, units: null };
    }),
  };
});

/** @throws AppError bad_request for input that is neither text nor tokens, or is too much. */
function measure(input: Input): Measured {
  if (typeof input === 'string') return { texts: () => [input], tokens: null };
  if (typeof input[0] === 'string' && input.every((item) => typeof item === 'string')) {
    within(input.length, MOST_INPUTS, 'texts');
    return { texts: () => input, tokens: null };
  }
  if (typeof input[0] === 'number') return { texts: () => [], tokens: countIds(input) };
  within(input.length, MOST_INPUTS, 'inputs');
  const tokens = input.reduce<number>((sum, list) => sum + countIds(list), 0);
  return { texts: () => [], tokens };
}

function countIds(list: unknown): number {
  const isTokens = Array.isArray(list) && list.length > 0 && list.every(isToken);
  if (!isTokens) {
    throw new AppError(
      'bad_request',
      'input: send a text, a list of texts, a list of tokens or a list of such lists; none may be empty.',
      { param: 'input' },
    );
  }
  within(list.length, MOST_TOKENS, 'tokens');
  return list.length;
}

function isToken(value: unknown): boolean {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0;
}

function within(count: number, most: number, what: string): void {
  if (count <= most) return;
  const message = `input: ${count} ${what} in one request; send at most ${most}.`;
  throw new AppError('bad_request', message, { param: 'input' });
}
