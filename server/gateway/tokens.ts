import { setImmediate } from 'node:timers/promises';
import type { TokenUsage } from './ports.ts';

/** The usage of what is not measured in tokens. */
export const NO_TOKENS: TokenUsage = Object.freeze({
  inputTokens: 0,
  cachedTokens: 0,
  cacheWriteTokens: 0,
  outputTokens: 0,
  reasoningTokens: 0,
  estimated: false,
});

/**
 * A quick guess of a text's tokens, for reserving before a request runs: four plain characters a
 * token, one token for every Chinese or similar one. How many those are is read off the length in
 * UTF-8, where each takes two bytes more: looking at every character would cost more than the rest
 * of the request.
 */
export function guessTokens(texts: readonly string[]): number {
  let [length, bytes] = [0, 0];
  // NOTE: one after the other, for putting them together would cost more than all the rest.
  for (const text of texts) {
    length += text.length;
    bytes += Buffer.byteLength(text);
  }
  const wide = Math.ceil((bytes - length) / 2);
  return Math.ceil((length - wide) / 4) + wide;
}

/** Past this many characters the guess serves as the count. */
const MOST_COUNTED = 200_000;
/** The tokenizer's time grows with the square of a word's length: longer ones are cut. */
const LONGEST_PIECE = 256;
/** Pieces counted before others have their turn. */
const PIECES_A_TURN = 8;

/** Text gathered to be counted; past a bound only the guess of its tokens is kept. */
export type Tally = { text: string; beyond: number };

export function newTally(): Tally {
  return { text: '', beyond: 0 };
}

export function addText(tally: Tally, text: string): void {
  const fits = tally.text.length + text.length <= MOST_COUNTED;
  if (fits) tally.text += text;
  else tally.beyond += guessTokens([text]);
}

async function countTokens(text: string): Promise<number> {
  if (text.length === 0) return 0;
  if (text.length > MOST_COUNTED) return guessTokens([text]);
  // NOTE: loaded on first need only; its table takes a tenth of a second and tens of megabytes.
  const { countTokens: count } = await import('gpt-tokenizer/encoding/o200k_base');
  let tokens = 0;
  let turn = 0;
  for (const piece of pieces(text)) {
    tokens += count(piece, { allowedSpecial: 'all' });
    turn += 1;
    if (turn % PIECES_A_TURN === 0) await setImmediate();
  }
  return tokens;
}

/** Cuts a text where a token begins anyway, before a blank, or else anywhere. */
function* pieces(text: string): Generator<string> {
  for (let at = 0; at < text.length; ) {
    const most = text.slice(at, at + LONGEST_PIECE);
    const blank = at + LONGEST_PIECE < text.length ? most.lastIndexOf(' ') : 0;
    const piece = blank > 0 ? most.slice(0, blank) : most;
    yield piece;
    at += piece.length;
  }
}

/** What a request used, counted here because the platform did not say; marked as estimated. */
export async function estimateUsage(
  prompt: readonly string[],
  written: Tally,
): Promise<TokenUsage> {
  const inputTokens = await countTokens(prompt.join('\n'));
  return estimated(inputTokens, (await countTokens(written.text)) + written.beyond);
}

/** The same where many end together and none may wait for the tokenizer. */
export function guessUsage(prompt: readonly string[], written: Tally): TokenUsage {
  return estimated(guessTokens(prompt), guessTokens([written.text]) + written.beyond);
}

function estimated(inputTokens: number, outputTokens: number): TokenUsage {
  return {
    inputTokens,
    cachedTokens: 0,
    cacheWriteTokens: 0,
    outputTokens,
    reasoningTokens: 0,
    estimated: true,
  };
}
