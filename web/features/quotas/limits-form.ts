import { QuotaMetric, type QuotaRulesSet, type QuotaState } from '#shared/schemas/quotas.ts';

/** What is in a field: a number, dollars where it is money; text while it is none; empty = no limit. */
export type Typed = number | string;
export type LimitsForm = Record<QuotaMetric, Typed>;

export const METRICS = QuotaMetric.options;

/** The highest limit there is: requests, tokens or micro-dollars. */
export const MOST = 9_000_000_000_000_000;

const NONE = '';

export function isMoney(metric: QuotaMetric): boolean {
  return metric.startsWith('cost');
}

export function toForm(states: readonly QuotaState[]): LimitsForm {
  const limits = new Map(states.map(({ metric, limit }) => [metric, limit]));
  const entries = METRICS.map((metric) => {
    const limit = limits.get(metric) ?? NONE;
    return [metric, limit !== NONE && isMoney(metric) ? limit / 1_000_000 : limit];
  });
  return Object.fromEntries(entries) as LimitsForm;
}

/** The limit in its own units; null = none is set. */
function limitIn(metric: QuotaMetric, value: Typed): number | null {
  const typed = typeof value === 'number' ? value : Number.parseFloat(value);
  if (!Number.isFinite(typed)) return null;
  return Math.round(isMoney(metric) ? typed * 1_000_000 : typed);
}

export function isTooLarge(metric: QuotaMetric, value: Typed): boolean {
  return (limitIn(metric, value) ?? 0) > MOST;
}

/** Whether every field can be saved. */
export function isFit(form: LimitsForm): boolean {
  return METRICS.every((metric) => !isTooLarge(metric, form[metric]));
}

export function toRules(form: LimitsForm): QuotaRulesSet['rules'] {
  return METRICS.flatMap((metric) => {
    const limit = limitIn(metric, form[metric]);
    return limit === null ? [] : [{ metric, limit }];
  });
}

/** How much of a limit is taken, and how near its end that is: from 70 % near, from 90 % close. */
export function takenOf({ limit, used, held }: Pick<QuotaState, 'limit' | 'used' | 'held'>) {
  const share = (part: number) => (limit <= 0 ? 1 : Math.min(1, Math.max(0, part / limit)));
  const all = share(used + held);
  const tone = all >= 0.9 ? 'red' : all >= 0.7 ? 'yellow' : 'petrol';
  return { used: share(used), held: Math.max(0, all - share(used)), all, tone } as const;
}
