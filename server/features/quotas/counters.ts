import { AppError } from '#shared/errors.ts';
import type { QuotaRule, QuotaSubject } from '#shared/schemas/quotas.ts';
import type { Spend } from '../../gateway/ports.ts';
import type { Clock } from '../../infra/clock.ts';
import { nameOf } from './amounts.ts';
import { isKept, spanOf } from './windows.ts';

/** What is used and reserved in one minute, day or month. Holds settle into the one they were made in. */
export type Window = {
  from: number;
  /** Null = it never ends. */
  to: number | null;
  used: number;
  held: number;
  /** What was used when it came into memory. */
  base: number;
  /** False until the usage table was read. */
  loaded: boolean;
};

export type Counter = {
  now: Window;
  /** The one before, for clocks that go back and forth. */
  past: Window | null;
  /** Holds on it, of whatever time: a counter with some is never dropped. */
  running: number;
};

/**
 * What a subject used from a time on (epoch ms), up to another where one is given: tokens and
 * micro-dollars.
 */
export type LoadUsed = (
  subject: QuotaSubject,
  id: string,
  since: number,
  until?: number,
) => Promise<Spend>;

export type CountersDeps = {
  clock: Pick<Clock, 'now'>;
  /** IANA name of the zone whose days and months count. */
  zone: string;
  loadUsed: LoadUsed;
  /** Counters kept; the longest idle ones leave first and are read again when needed. */
  most: number;
};

/** Counters by subject and metric, in memory, rebuilt from the usage table at their first use. */
export function createCounters({ clock, zone, loadUsed, most }: CountersDeps) {
  const counters = new Map<string, Counter>();
  const loading = new Map<string, Promise<void>>();
  let hits = 0;
  let misses = 0;

  function counterOf(rule: QuotaRule): Counter {
    const name = nameOf(rule);
    const known = counters.get(name);
    const span = spanOf(rule.metric, clock.now(), zone);
    const counter = known ?? { now: fresh(span, !isKept(rule.metric)), past: null, running: 0 };
    if (counter.now.from !== span.from) turn(counter, span, rule);
    // Who was used last leaves last; while there is room nobody leaves, and no order need be kept.
    const isFull = counters.size >= most;
    if (isFull) counters.delete(name);
    if (isFull || !known) counters.set(name, counter);
    if (!known) dropIdle();
    return counter;
  }

  /** Time went on, or back. */
  function turn(counter: Counter, span: { from: number; to: number | null }, rule: QuotaRule) {
    const { now, past } = counter;
    counter.past = now;
    if (past?.from === span.from) {
      counter.now = past;
      return;
    }
    const forward = span.from > now.from;
    counter.now = fresh(span, forward || !isKept(rule.metric));
    // A clock set back gives nobody a second minute.
    if (!forward && counter.now.loaded) counter.now.used = now.used;
  }

  function dropIdle() {
    for (const [name, counter] of counters) {
      if (counters.size <= most) return;
      if (counter.running === 0) counters.delete(name);
    }
  }

  async function load(rule: QuotaRule, window: Window): Promise<void> {
    const spent = await loadUsed(rule.subject, rule.id, window.from).catch((cause: unknown) => {
      throw unreadable(rule.subject, cause);
    });
    const used = rule.metric.startsWith('cost') ? spent.cost : spent.tokens;
    window.used = used;
    window.base = used;
    window.loaded = true;
  }

  return {
    /** The counter if it can be counted on; the last to be dropped from now. */
    peek(rule: QuotaRule): Counter | undefined {
      const counter = counterOf(rule);
      if (!counter.now.loaded) return undefined;
      hits += 1;
      return counter;
    },

    /** Brings it into memory; one read however many ask. Throws AppError storage_unavailable. */
    async ready(rule: QuotaRule): Promise<void> {
      const { now } = counterOf(rule);
      if (now.loaded) return;
      misses += 1;
      const name = `${nameOf(rule)}:${now.from}`;
      let work = loading.get(name);
      if (!work) {
        work = load(rule, now).finally(() => loading.delete(name));
        loading.set(name, work);
      }
      await work;
    },

    /** How many are in memory; how often one was there, and how often it had to be read, since the start. */
    counts: () => ({ size: counters.size, hits, misses }),
  };
}

function fresh({ from, to }: { from: number; to: number | null }, loaded: boolean): Window {
  return { from, to, used: 0, held: 0, base: 0, loaded };
}

/** Refused rather than let through: a limit that cannot be checked must not be overspent. */
export function unreadable(subject: QuotaSubject, cause: unknown): AppError {
  return new AppError(
    'storage_unavailable',
    `The database does not answer, so the usage of this ${subject} cannot be counted. Try again in a moment.`,
    { cause, retryAfterMs: 1_000 },
  );
}
