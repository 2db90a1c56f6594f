import type { QuotaMetric, QuotaPreview } from '#shared/schemas/quotas.ts';
import type { Spend } from '../../gateway/ports.ts';
import { askedOf, fits } from './amounts.ts';
import { spanOf } from './windows.ts';

/** One request of the past. Times in epoch ms. */
export type PastRequest = Spend & { id: string; at: number; latencyMs: number };

type Limit = { metric: QuotaMetric; limit: number };
type Counted = Limit & { from: number; used: number };

const MOST_EXAMPLES = 10;

/**
 * Plays past requests, in their order, against rules: what would have been refused is not counted
 * further, as it would not have been then. `usedBefore` is what months had used before the first one.
 */
export function createPreview(limits: readonly Limit[], zone: string, usedBefore: Spend) {
  const counters = limits.map(
    ({ metric, limit }): Counted => ({
      metric,
      limit,
      from: Number.NaN,
      used: 0,
    }),
  );
  let running: number[] = [];
  const result: QuotaPreview = { requests: 0, refused: 0, examples: [] };

  function turn(counter: Counted, at: number) {
    const { from } = spanOf(counter.metric, at, zone);
    if (counter.from === from) return;
    const first = Number.isNaN(counter.from) && counter.metric.endsWith('-month');
    counter.used = first ? askedOf(counter.metric, usedBefore) : 0;
    counter.from = from;
  }

  function refusedBy(request: PastRequest): QuotaMetric | null {
    for (const counter of counters) {
      turn(counter, request.at);
      const asked = askedOf(counter.metric, request);
      const used = counter.metric === 'concurrency' ? running.length : counter.used;
      if (!fits({ limit: counter.limit, used, held: 0, asked })) return counter.metric;
    }
    return null;
  }

  return {
    add(request: PastRequest): void {
      running = running.filter((end) => end > request.at);
      result.requests += 1;
      const metric = refusedBy(request);
      if (metric === null) {
        for (const counter of counters) counter.used += askedOf(counter.metric, request);
        running.push(request.at + request.latencyMs);
        return;
      }
      result.refused += 1;
      if (result.examples.length >= MOST_EXAMPLES) return;
      const at = new Date(request.at).toISOString();
      result.examples.push({ requestId: request.id, at, metric });
    },
    result: (): QuotaPreview => result,
  };
}
