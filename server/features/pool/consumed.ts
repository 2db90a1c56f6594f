import { microsOf, ONE_CREDIT } from './credit.ts';

export type Consumption = {
  /** Part of the account's quota that was left, 0 to 1; 1 before and after = its platform does not tell. */
  before: number;
  after: number;
  tokens: number;
  /** What the account may spend a day by its own rule; null = it has none. */
  tokensPerDay: number | null;
};

/**
 * What part of an account's quota a request used, in micro-credits; null = nobody can tell. What the
 * platform reported counts, yet no more than the request's own tokens come to where that is known:
 * others use the account at the same time. A quota that grew was reset meanwhile and counts as none.
 */
export function consumedBy({ after, before, tokens, tokensPerDay }: Consumption): bigint | null {
  const byTokens = tokensPerDay === null ? null : ofDay(tokens, tokensPerDay);
  if (before >= 1 && after >= 1) return byTokens;
  const reported = microsOf(before - after);
  return byTokens !== null && byTokens < reported ? byTokens : reported;
}

function ofDay(tokens: number, tokensPerDay: number): bigint {
  const micros = (BigInt(tokens) * ONE_CREDIT) / BigInt(Math.max(1, tokensPerDay));
  return micros < ONE_CREDIT ? micros : ONE_CREDIT;
}
