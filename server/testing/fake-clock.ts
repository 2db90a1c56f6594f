import type { Clock } from '#server/infra/clock.ts';

export type FakeClock = Clock & {
  /** Moves time forward by `ms` and runs every timer that falls due on the way, in order. */
  advance(ms: number): void;
  /** How many timers wait. */
  timers(): number;
};

/** A clock that stands still until it is advanced. `start` is epoch milliseconds. */
export function fakeClock(start = Date.UTC(2026, 0, 1)): FakeClock {
  let now = start;
  let order = 0;
  const waiting = new Map<number, { at: number; fn: () => void }>();

  function nextDue(until: number): number | undefined {
    let next: number | undefined;
    let nextAt = Number.POSITIVE_INFINITY;
    for (const [id, timer] of waiting) {
      if (timer.at <= until && timer.at < nextAt) {
        next = id;
        nextAt = timer.at;
      }
    }
    return next;
  }

  return {
    now: () => now,
    setTimer(ms, fn) {
      const id = order++;
      waiting.set(id, { at: now + Math.max(0, ms), fn });
      return () => void waiting.delete(id);
    },
    advance(ms) {
      const until = now + ms;
      for (let id = nextDue(until); id !== undefined; id = nextDue(until)) {
        const timer = waiting.get(id);
        waiting.delete(id);
        if (!timer) continue;
        now = Math.max(now, timer.at);
        timer.fn();
      }
      now = until;
    },
    timers: () => waiting.size,
  };
}
