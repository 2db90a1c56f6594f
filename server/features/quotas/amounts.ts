import type { QuotaMetric, QuotaRule } from '#shared/schemas/quotas.ts';
import type { Spend } from '../../gateway/ports.ts';

/** What a request takes of a metric while it runs. */
export function askedOf(metric: QuotaMetric, { tokens, cost }: Spend): number {
  if (metric.startsWith('tokens')) return whole(tokens);
  if (metric.startsWith('cost')) return whole(cost);
  return 1;
}

/** What it has taken when it is over: a request stays counted, a running one no longer runs. */
export function usedOf(metric: QuotaMetric, spent: Spend): number {
  return metric === 'concurrency' ? 0 : askedOf(metric, spent);
}

/** Requests count from the start and are not given back: nothing of them is held. */
export function isCountedAtOnce(metric: QuotaMetric): boolean {
  return metric === 'requests-per-minute';
}

/** Whether there is room. What needs nothing measurable is refused too once everything is spent. */
export function fits(look: { limit: number; used: number; held: number; asked: number }): boolean {
  return look.used + look.held + Math.max(1, look.asked) <= look.limit;
}

/** The counter's name: rules of the same subject and metric share it, whatever their limit. */
export function nameOf({ subject, id, metric }: Omit<QuotaRule, 'limit'>): string {
  return `${subject}:${id}:${metric}`;
}

/** Counts are whole and not negative, whatever arithmetic made them. */
function whole(amount: number): number {
  return Number.isFinite(amount) ? Math.max(0, Math.round(amount)) : 0;
}
