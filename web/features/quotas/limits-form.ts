import { QuotaMetric, type QuotaRulesSet, type QuotaState } from '#shared/schemas/quotas.ts';

/** What is typed: a number, dollars where it is money; null = no limit. */
export type LimitsForm = Record<QuotaMetric, number | null>;

export const METRICS = QuotaMetric.options;

export function isMoney(metric: QuotaMetric): boolean {
  return metric.startsWith('cost');
}

export function toForm(states: readonly QuotaState[]): LimitsForm {
  const limits = new Map(states.map(({ metric, limit }) => [metric, limit]));
  const entries = METRICS.map((metric) => {
    const limit = limits.get(metric) ?? null;
    return [metric, limit !== null && isMoney(metric) ? limit / 1_000_000 : limit];
  });
  return Object.fromEntries(entries) as LimitsForm;
}

export function toRules(form: LimitsForm): QuotaRulesSet['rules'] {
  return METRICS.flatMap((metric) => {
    const value = form[metric];
    if (value === null) return [];
    return [{ metric, limit: Math.round(isMoney(metric) ? value * 1_000_000 : value) }];
  });
}

/** How much of a limit is taken, and how near its end that is: from 70 % near, from 90 % close. */
export function takenOf({ limit, used, held }: Pick<QuotaState, 'limit' | 'used' | 'held'>) {
  const share = (part: number) => (limit <= 0 ? 1 : Math.min(1, Math.max(0, part / limit)));
  const all = share(used + held);
  const tone = all >= 0.9 ? 'red' : all >= 0.7 ? 'yellow' : 'petrol';
  return { used: share(used), held: Math.max(0, all - share(used)), all, tone } as const;
}
