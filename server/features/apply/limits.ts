import type { ApplyLimits } from '#shared/schemas/apply.ts';
import { LIMIT_NAMES } from '#shared/schemas/quotas.ts';
import type { LimitSet } from '../quotas/index.ts';

/** How the file calls the limits of an entry. */
export const LIMIT_LABELS = Object.fromEntries(
  Object.keys(LIMIT_NAMES).map((name) => [name, `limits.${name}`]),
) as { [Name in keyof LimitSet]: `limits.${Name}` };

/** The limits an entry names, money in micro-dollars; undefined = it says nothing of one. */
export function limitsIn({ limits = {} }: { limits?: ApplyLimits | undefined }) {
  const { costPerDay, costPerMonth, ...rest } = limits;
  return { ...rest, costPerDay: toMicros(costPerDay), costPerMonth: toMicros(costPerMonth) };
}

function toMicros(dollars: number | null | undefined): number | null | undefined {
  return typeof dollars === 'number' ? Math.round(dollars * 1_000_000) : dollars;
}

/** The columns of the row itself, and its limits, which have a table of their own. */
export function splitLimits<Columns extends Partial<LimitSet>>(columns: Columns) {
  const {
    rpm,
    tokensPerMinute,
    tokensPerDay,
    tokensPerMonth,
    costPerDay,
    costPerMonth,
    concurrency,
    ...data
  } = columns;
  const limits = {
    rpm,
    tokensPerMinute,
    tokensPerDay,
    tokensPerMonth,
    costPerDay,
    costPerMonth,
    concurrency,
  };
  return { data, limits };
}
