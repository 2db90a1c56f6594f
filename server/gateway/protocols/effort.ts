import type { Effort } from '../../platforms/quirks.ts';

/*
 * Some protocols say how much to think as a level, others as a number of tokens. Google documents
 * how it turns the one into the other, and nobody else does: so that is what we use everywhere.
 * Source: https://ai.google.dev/gemini-api/docs/openai#thinking
 */

const LOW = 1_024;
const MEDIUM = 8_192;
const HIGH = 24_576;

/** Levels that Google does not list get the budget of the nearest one that it does. */
const BUDGETS: Readonly<Record<Effort, number>> = {
  none: 0,
  minimal: LOW,
  low: LOW,
  medium: MEDIUM,
  high: HIGH,
  xhigh: HIGH,
  max: HIGH,
};

/** Most tokens of thought that an effort stands for; 0 = no thinking, null = no effort was named. */
export function budgetOf(effort: Effort | null): number | null {
  return effort === null ? null : BUDGETS[effort];
}

/**
 * The effort whose budget is nearest, in levels that every platform knows. A negative budget leaves
 * it to the model: the middle. Never less than `low` for a budget that allows some thinking.
 */
export function effortOf(budgetTokens: number): Effort {
  if (budgetTokens < 0) return 'medium';
  if (budgetTokens === 0) return 'none';
  if (budgetTokens < (LOW + MEDIUM) / 2) return 'low';
  return budgetTokens < (MEDIUM + HIGH) / 2 ? 'medium' : 'high';
}
