import type { QuotaMetric } from '#shared/schemas/quotas.ts';
import { startOfDay, startOfMonth, startOfNextDay, startOfNextMonth } from '../../infra/zone.ts';

const MINUTE_MS = 60_000;

/** The time in which a metric is counted, in epoch ms; `to` is null where there is no such time. */
export type Span = { from: number; to: number | null };

/**
 * Minutes are those of the clock, not the last sixty seconds: one number a rule instead of a list,
 * and a reset that can be told. Days and months are those of the zone.
 */
export function spanOf(metric: QuotaMetric, now: number, zone: string): Span {
  switch (metric) {
    case 'requests-per-minute':
    case 'tokens-per-minute': {
      const from = Math.floor(now / MINUTE_MS) * MINUTE_MS;
      return { from, to: from + MINUTE_MS };
    }
    case 'tokens-per-day':
    case 'cost-per-day':
      return { from: startOfDay(now, zone), to: startOfNextDay(now, zone) };
    case 'tokens-per-month':
    case 'cost-per-month':
      return { from: startOfMonth(now, zone), to: startOfNextMonth(now, zone) };
    case 'concurrency':
      return { from: 0, to: null };
  }
}

/** Whether the usage table knows what was used before: of days and months, not of minutes. */
export function isKept(metric: QuotaMetric): boolean {
  return metric.endsWith('-day') || metric.endsWith('-month');
}
