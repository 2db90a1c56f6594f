import type { TokenUsage } from './ports.ts';

/**
 * A quick upper-side guess of a text's tokens, for reserving before a request runs: four plain
 * characters a token, one token for every other character.
 */
export function guessTokens(text: string): number {
  let plain = 0;
  for (let at = 0; at < text.length; at += 1) if (text.charCodeAt(at) < 0x80) plain += 1;
  return Math.ceil(plain / 4) + (text.length - plain);
}

/** Past this many characters the guess serves as the count: a tokenizer would hold up everyone else. */
const MOST_COUNTED = 200_000;

async function countTokens(text: string): Promise<number> {
  if (text.length === 0) return 0;
  if (text.length > MOST_COUNTED) return guessTokens(text);
  // NOTE: loaded on first need only; its table takes a tenth of a second and tens of megabytes.
  const { countTokens: count } = await import('gpt-tokenizer/encoding/o200k_base');
  return count(text, { allowedSpecial: 'all' });
}

/** What a request used, counted here because the platform did not say; marked as estimated. */
export async function estimateUsage(prompt: string, output: string): Promise<TokenUsage> {
  const [inputTokens, outputTokens] = [await countTokens(prompt), await countTokens(output)];
  return { inputTokens, cachedTokens: 0, outputTokens, reasoningTokens: 0, estimated: true };
}
