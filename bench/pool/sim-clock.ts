import type { Clock } from '#server/infra/clock.ts';

type Timer = { at: number; order: number; run: (() => void) | null };

/** Time that passes as fast as the work in it is done: from one timer to the next. */
export type SimClock = Clock & {
  /** Resolves after so many ms of simulated time. */
  sleep(ms: number): Promise<void>;
  /** Runs everything that falls due until `end` (epoch ms), each with what follows from it. */
  runUntil(end: number): Promise<void>;
};

export function createSimClock(start: number): SimClock {
  let now = start;
  let order = 0;
  const heap: Timer[] = [];

  const before = (a: Timer, b: Timer) => a.at < b.at || (a.at === b.at && a.order < b.order);

  function push(timer: Timer): void {
    let at = heap.push(timer) - 1;
    for (let up = (at - 1) >> 1; at > 0; at = up, up = (at - 1) >> 1) {
      const parent = heap[up];
      if (!parent || !before(timer, parent)) break;
      heap[at] = parent;
      heap[up] = timer;
    }
  }

  function pop(): Timer | undefined {
    const [first] = heap;
    const last = heap.pop();
    if (!first || !last || first === last) return first;
    heap[0] = last;
    for (let at = 0; ; ) {
      const left = 2 * at + 1;
      const [a, b] = [heap[left], heap[left + 1]];
      const child = a && b && before(b, a) ? left + 1 : left;
      const smaller = heap[child];
      if (!smaller || !before(smaller, last)) break;
      heap[child] = last;
      heap[at] = smaller;
      at = child;
    }
    return first;
  }

  function setTimer(ms: number, fn: () => void): () => void {
    order += 1;
    const timer: Timer = { at: now + Math.max(0, ms), order, run: fn };
    push(timer);
    return () => {
      timer.run = null;
    };
  }

  return {
    now: () => now,
    setTimer,
    sleep: (ms) => new Promise((resolve) => setTimer(ms, resolve)),
    async runUntil(end) {
      for (let next = heap[0]; next && next.at <= end; next = heap[0]) {
        pop();
        if (!next.run) continue;
        now = next.at;
        next.run();
        // Everything that follows from it happens at the same moment.
        await new Promise((resolve) => setImmediate(resolve));
      }
      now = Math.max(now, end);
    },
  };
}
