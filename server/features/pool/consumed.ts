import { ONE_CREDIT } from './credit.ts';
import type { Reading } from './meters.ts';

export type Consumption = {
  /** What the account's quota lost; null = nobody looked. */
  reading: Reading | null;
  tokens: number;
  /** What the account may spend a day by its own rule; null = it has none. */
  tokensPerDay: number | null;
};

/**
 * What part of an account's quota a request used, in micro-credits; null = nobody can tell. What the
 * platform reported counts, yet no more than the request's own tokens come to where that is known:
 * others use the account at the same time.
 */
export function consumedBy({ reading, tokens, tokensPerDay }: Consumption): bigint | null {
  const byTokens = tokensPerDay === null ? null : ofDay(tokens, tokensPerDay);
  if (!isTold(reading)) return byTokens;
  return byTokens !== null && byTokens < reading.lost ? byTokens : reading.lost;
}

/** Whether the account's platform tells what is left: where it does not, all of it is left for ever. */
export function isTold(reading: Reading | null): reading is Reading {
  return reading !== null && (reading.before < 1 || reading.after < 1 || reading.lost > 0n);
}

function ofDay(tokens: number, tokensPerDay: number): bigint {
  const micros = (BigInt(tokens) * ONE_CREDIT) / BigInt(Math.max(1, tokensPerDay));
  return micros < ONE_CREDIT ? micros : ONE_CREDIT;
}
