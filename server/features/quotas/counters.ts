import { AppError } from '#shared/errors.ts';
import type { Clock } from '../../infra/clock.ts';

export const MINUTE_MS = 60_000;
export const DAY_MS = 86_400_000;

/** What one user or key has used and reserved. Tokens are of one UTC day, requests of one minute. */
export type Counter = {
  /** Number of the minute since the epoch; `requests` counts in it. */
  minute: number;
  requests: number;
  /** Number of the UTC day since the epoch; `used` and `held` count in it. */
  day: number;
  used: number;
  held: number;
  /** Running requests, of whatever day: a counter with some is never dropped. */
  running: number;
};

/** Tokens that the usage table has for today (UTC) of a user or key. */
export type LoadUsedToday = (subject: 'user' | 'key', id: string) => Promise<number>;

export type CountersDeps = {
  clock: Pick<Clock, 'now'>;
  loadUsedToday: LoadUsedToday;
  /** Counters kept; the longest idle ones leave first and are read again when needed. */
  most: number;
};

/** Counters by user and key, in memory, rebuilt from the usage table at their first use. */
export function createCounters({ clock, loadUsedToday, most }: CountersDeps) {
  const counters = new Map<string, Counter>();
  const loading = new Map<string, Promise<Counter>>();

  /** Starts the minute and the day anew when they are over. */
  function roll(counter: Counter): Counter {
    const now = clock.now();
    const minute = Math.floor(now / MINUTE_MS);
    const day = Math.floor(now / DAY_MS);
    if (counter.minute !== minute) Object.assign(counter, { minute, requests: 0 });
    if (counter.day !== day) Object.assign(counter, { day, used: 0, held: 0 });
    return counter;
  }

  async function load(name: string, subject: 'user' | 'key', id: string): Promise<Counter> {
    const now = clock.now();
    const minute = Math.floor(now / MINUTE_MS);
    const day = Math.floor(now / DAY_MS);
    const used = await loadUsedToday(subject, id).catch((cause: unknown) => {
      throw unreadable(subject, cause);
    });
    const counter = { minute, requests: 0, day, used, held: 0, running: 0 };
    counters.set(name, counter);
    dropIdle();
    return counter;
  }

  function dropIdle() {
    for (const [name, counter] of counters) {
      if (counters.size <= most) return;
      if (counter.running === 0) counters.delete(name);
    }
  }

  return {
    /** The counter if it is in memory, made current and the last to be dropped. */
    peek(subject: 'user' | 'key', id: string): Counter | undefined {
      const name = `${subject}:${id}`;
      const counter = counters.get(name);
      if (!counter) return undefined;
      counters.delete(name);
      counters.set(name, counter);
      return roll(counter);
    },

    /** Brings it into memory; one read however many ask. Throws AppError storage_unavailable. */
    async ready(subject: 'user' | 'key', id: string): Promise<void> {
      const name = `${subject}:${id}`;
      if (counters.has(name)) return;
      let work = loading.get(name);
      if (!work) {
        work = load(name, subject, id).finally(() => loading.delete(name));
        loading.set(name, work);
      }
      await work;
    },

    size: () => counters.size,
  };
}

/** Refused rather than let through: a limit that cannot be checked must not be overspent. */
function unreadable(subject: 'user' | 'key', cause: unknown) {
  return new AppError(
    'storage_unavailable',
    `The database does not answer, so today's usage of this ${subject} cannot be counted. Try again in a moment.`,
    { cause, retryAfterMs: 1_000 },
  );
}
