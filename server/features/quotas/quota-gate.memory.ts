import type { HoldRequest, QuotaGate } from '../../gateway/ports.ts';
import type { Clock } from '../../infra/clock.ts';
import { newId } from '../../infra/ids.ts';
import { type Counter, createCounters, type LoadUsedToday } from './counters.ts';
import { tooManyRequests, tooManyTokens } from './refusals.ts';

export type MemoryQuotaGateDeps = {
  clock: Pick<Clock, 'now'>;
  loadUsedToday: LoadUsedToday;
  /** A hold that was not settled after this long is released. Longer than the longest request. */
  longestHoldMs?: number;
  /** Counters kept in memory. */
  mostCounters?: number;
};

type HeldPart = { counter: Counter; day: number };
type HeldEntry = { parts: readonly HeldPart[]; tokens: number; until: number };
type Demand = {
  subject: 'user' | 'key';
  counter: Counter;
  rpm: number | null;
  tokens: number | null;
};

const TWO_HOURS_MS = 7_200_000;

/**
 * The quota gate of a single process. Between reading a counter and writing it nothing is awaited,
 * which is all the atomicity one process needs. Held plus used tokens never exceed a limit when a
 * hold is granted; only an answer larger than what was held for it can lift `used` above it.
 */
export function createMemoryQuotaGate(deps: MemoryQuotaGateDeps): QuotaGate & {
  /** What is in memory now, for health and tests. */
  size(): { counters: number; holds: number };
} {
  const { clock, loadUsedToday, longestHoldMs = TWO_HOURS_MS, mostCounters = 50_000 } = deps;
  const counters = createCounters({ clock, loadUsedToday, most: mostCounters });
  /** In the order they were made, so the oldest is always first. */
  const holds = new Map<string, HeldEntry>();

  /** Every limited counter, in memory and current; undefined when one has to be loaded first. */
  function demands({ principal }: HoldRequest): Demand[] | undefined {
    const found: Demand[] = [];
    for (const { subject, id, limit } of principal.limits) {
      if (limit.rpm === null && limit.tokensPerDay === null) continue;
      const counter = counters.peek(subject, id);
      if (!counter) return undefined;
      found.push({ subject, counter, rpm: limit.rpm, tokens: limit.tokensPerDay });
    }
    return found;
  }

  async function loaded(request: HoldRequest): Promise<Demand[]> {
    for (;;) {
      const found = demands(request);
      if (found) return found;
      for (const { subject, id, limit } of request.principal.limits) {
        if (limit.rpm !== null || limit.tokensPerDay !== null) await counters.ready(subject, id);
      }
    }
  }

  function release(id: string, usedTokens: number) {
    const entry = holds.get(id);
    if (!entry) return;
    holds.delete(id);
    for (const { counter, day } of entry.parts) {
      counter.running -= 1;
      // What was held yesterday counts for yesterday, like its record in the usage table.
      if (counter.day !== day) continue;
      counter.held -= entry.tokens;
      counter.used += usedTokens;
    }
  }

  function releaseForgotten(now: number) {
    for (const [id, { until }] of holds) {
      if (until > now) return;
      release(id, 0);
    }
  }

  return {
    async hold(request) {
      const wanted = await loaded(request);
      const now = clock.now();
      releaseForgotten(now);
      const tokens = whole(request.tokens);
      for (const demand of wanted) refuseBeyond(demand, tokens, now);
      for (const { counter } of wanted) {
        counter.requests += 1;
        counter.held += tokens;
        counter.running += 1;
      }
      const id = newId();
      const parts = wanted.map(({ counter }) => ({ counter, day: counter.day }));
      if (parts.length > 0) holds.set(id, { parts, tokens, until: now + longestHoldMs });
      return { id };
    },
    settle: (hold, usedTokens) => release(hold.id, whole(usedTokens)),
    size: () => ({ counters: counters.size(), holds: holds.size }),
  };
}

function refuseBeyond(
  { subject, counter, rpm, tokens: limit }: Demand,
  asked: number,
  now: number,
) {
  if (rpm !== null && counter.requests >= rpm) throw tooManyRequests(subject, rpm, now);
  if (limit === null) return;
  const { used, held } = counter;
  // A request that needs nothing measurable is refused too once everything is spent.
  if (used + held + Math.max(1, asked) <= limit) return;
  throw tooManyTokens(subject, { limit, used, held, asked }, now);
}

/** Counts are whole and not negative, whatever arithmetic made them. */
function whole(tokens: number): number {
  return Number.isFinite(tokens) ? Math.max(0, Math.round(tokens)) : 0;
}
