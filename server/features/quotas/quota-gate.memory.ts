import type { QuotaLook, QuotaMetric, QuotaRule, QuotaState } from '#shared/schemas/quotas.ts';
import type { Hold, QuotaGate, Spend } from '../../gateway/ports.ts';
import type { Clock } from '../../infra/clock.ts';
import { newId } from '../../infra/ids.ts';
import { askedOf, fits, isCountedAtOnce, usedOf } from './amounts.ts';
import { type Counter, createCounters, type LoadUsed, type Window } from './counters.ts';
import { refusal } from './refusals.ts';

export type MemoryQuotaGateDeps = {
  clock: Clock;
  /** IANA name of the zone whose days and months count. */
  zone: string;
  loadUsed: LoadUsed;
  /** How many servers share the limits without knowing of each other; this one takes its part. */
  share?: () => number;
  /** A hold that was not settled after this long is released. Longer than the longest request. */
  longestHoldMs?: number;
  /** Counters kept in memory. */
  mostCounters?: number;
};

/** What features need of a gate besides what the request path does. */
export type WatchedQuotaGate = QuotaGate & {
  /** How much of each rule is taken now; takes nothing. Throws AppError storage_unavailable. */
  state(rules: readonly QuotaRule[]): Promise<QuotaState[]>;
};

type Part = { metric: QuotaMetric; counter: Counter; window: Window; amount: number };
type Entry = { parts: readonly Part[]; forget: () => void };
/** NOTE: on the hold itself, for a table of what comes and goes with each request costs more (infra/roll.ts). */
type OpenHold = Hold & { entry: Entry | null };
type Found = { rule: QuotaRule; counter: Counter };

export const TWO_HOURS_MS = 7_200_000;

/**
 * The quota gate of a single process. Between reading a counter and writing it nothing is awaited,
 * which is all the atomicity one process needs. Held plus used never exceed a limit when a hold is
 * granted; only an answer larger than what was held for it can lift `used` above it.
 */
export function createMemoryQuotaGate(deps: MemoryQuotaGateDeps): WatchedQuotaGate & {
  /** Holds that are not settled, and what is known of counters (counters.ts), for health and tests. */
  counts(): { holds: number; counters: { size: number; hits: number; misses: number } };
} {
  const { clock, zone, share = () => 1, longestHoldMs = TWO_HOURS_MS } = deps;
  const counters = createCounters({ ...deps, most: deps.mostCounters ?? 50_000 });
  let holds = 0;

  /** Every counter, in memory and current; undefined when one has to be loaded first. */
  function peekAll(rules: readonly QuotaRule[]): Found[] | undefined {
    const found: Found[] = [];
    for (const rule of rules) {
      const counter = counters.peek(rule);
      if (!counter) return undefined;
      found.push({ rule, counter });
    }
    return found;
  }

  async function loaded(rules: readonly QuotaRule[]): Promise<Found[]> {
    for (;;) {
      const found = peekAll(rules);
      if (found) return found;
      await Promise.all(rules.map((rule) => counters.ready(rule)));
    }
  }

  /** This server's part of what was left when the counter came into memory. */
  function limitHere({ limit }: QuotaRule, { base }: Window): number {
    const servers = Math.max(1, share());
    return servers === 1 ? limit : base + Math.floor(Math.max(0, limit - base) / servers);
  }

  function release(hold: OpenHold, spent: Spend) {
    const { entry } = hold;
    if (!entry) return;
    hold.entry = null;
    holds -= 1;
    entry.forget();
    for (const { metric, counter, window, amount } of entry.parts) {
      counter.running -= 1;
      if (isCountedAtOnce(metric)) continue;
      window.held -= amount;
      window.used += usedOf(metric, spent);
    }
  }

  function take({ rule, counter }: Found, asked: number): Part {
    const window = counter.now;
    if (isCountedAtOnce(rule.metric)) window.used += asked;
    else window.held += asked;
    counter.running += 1;
    return { metric: rule.metric, counter, window, amount: asked };
  }

  return {
    async hold(request) {
      const wanted = await loaded(request.rules);
      const now = clock.now();
      const looks: QuotaLook[] = [];
      let refused = false;
      for (const { rule, counter } of wanted) {
        const asked = askedOf(rule.metric, request);
        const { used, held, to } = counter.now;
        const limit = limitHere(rule, counter.now);
        const decided: boolean = !refused && !fits({ limit, used, held, asked });
        refused ||= decided;
        looks.push({ ...rule, limit, used, held, asked, resetsAt: to, decided });
      }
      if (refused) throw refusal(looks, now, zone);
      const parts = wanted.map((found) => take(found, askedOf(found.rule.metric, request)));
      const hold: OpenHold = { id: newId(), limits: looks, entry: null };
      if (parts.length > 0) {
        // NOTE: a timer and no time of day, for a clock that is set forward must free nothing.
        const forget = clock.setTimer(longestHoldMs, () => release(hold, { tokens: 0, cost: 0 }));
        hold.entry = { parts, forget };
        holds += 1;
      }
      return hold;
    },
    settle: (hold, spent) => release(hold as OpenHold, spent),
    async state(rules) {
      const found = await loaded(rules);
      return found.map(({ rule, counter: { now } }) => toState(rule, now));
    },
    counts: () => ({ holds, counters: counters.counts() }),
  };
}

function toState(rule: QuotaRule, { used, held, to }: Window): QuotaState {
  return { ...rule, used, held, resetsAt: to === null ? null : new Date(to).toISOString() };
}
