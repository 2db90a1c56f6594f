import type { QuotaMetric, QuotaRule } from '#shared/schemas/quotas.ts';
import type { CatalogueModel, Spend } from '../ports.ts';
import type { GatewayRequest } from '../request.ts';
import { guessTokens, NO_TOKENS } from '../tokens.ts';
import { priceOf } from './price-of.ts';

/** Reserved for an answer whose length the client did not limit. */
const UNLIMITED_ANSWER_TOKENS = 1024;

/** Whether any rule counts tokens or money, which are known only once an answer is. */
export function limitsSpending(rules: readonly QuotaRule[]): boolean {
  return rules.some(({ metric }) => takes(metric, { tokens: 1, cost: 1 }));
}

/** Whether this much takes anything of the metric, requests aside. */
export function takes(metric: QuotaMetric, { cost, tokens }: Spend): boolean {
  return (tokens > 0 && metric.startsWith('tokens')) || (cost > 0 && metric.startsWith('cost'));
}

/**
 * The most that a request may take, as far as can be told beforehand: its prompt and the longest
 * answer it allows, or the number of what it asks for, at the model's price. Nothing where no rule asks, for guessing costs time.
 */
export function needOf(
  rules: readonly QuotaRule[],
  request: GatewayRequest,
  { price }: CatalogueModel,
): Spend {
  if (!limitsSpending(rules)) return { tokens: 0, cost: 0 };
  const inputTokens =
    request.promptTokens ?? request.guessPrompt?.() ?? guessTokens(request.promptTexts());
  const outputTokens = request.maxOutputTokens ?? UNLIMITED_ANSWER_TOKENS;
  const usage = { ...NO_TOKENS, inputTokens, outputTokens };
  const cost = price ? priceOf(price, usage, { requests: 1, units: request.mostUnits ?? null }) : 0;
  return { tokens: inputTokens + outputTokens, cost };
}

/** What the request takes at most beyond what it was thought to take before more of it was known. */
export function needBeyond(
  rules: readonly QuotaRule[],
  [before, now]: readonly [before: GatewayRequest, now: GatewayRequest],
  model: CatalogueModel,
): Spend {
  const [first, then] = [needOf(rules, before, model), needOf(rules, now, model)];
  return {
    tokens: Math.max(0, then.tokens - first.tokens),
    cost: Math.max(0, then.cost - first.cost),
  };
}
