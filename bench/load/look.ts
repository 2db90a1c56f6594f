import { percentile } from '../statistics.ts';
import type { ClosedLoop, Latency } from './jobs.ts';
import { meter, type Used } from './process-meter.ts';

/** The most times kept of one look: what 5,000 streams bring in 10 s, and bounded. */
const MOST_TIMES = 2_000_000;

/** Times in ms, at most `MOST_TIMES` of them. */
export function createTimes() {
  let times = new Float64Array(16_384);
  let count = 0;
  return {
    add(ms: number): void {
      if (count === MOST_TIMES) return;
      if (count === times.length) {
        const grown = new Float64Array(Math.min(MOST_TIMES, count * 4));
        grown.set(times);
        times = grown;
      }
      times[count++] = ms;
    },
    latency(): Latency {
      const known = times.subarray(0, count);
      return { p50Ms: percentile(known, 0.5), p99Ms: percentile(known, 0.99) };
    },
  };
}

type Looked = Pick<ClosedLoop, 'pid' | 'warmMs' | 'measureMs'>;

/** The part of a job that is measured: begins `warmMs` after `fromMs`. */
export function createLook({ pid, warmMs, measureMs }: Looked, fromMs: number) {
  const { promise: ended, resolve } = Promise.withResolvers<void>();
  let stop: (() => Used) | null = null;
  let used: Used | null = null;
  let count = 0;

  function begin(): void {
    stop = meter(pid);
    setTimeout(end, measureMs);
  }

  function end(): void {
    used = stop?.() ?? null;
    stop = null;
    resolve();
  }

  setTimeout(begin, fromMs + warmMs);
  return {
    ended,
    /** True while what happens counts. */
    get open() {
      return stop !== null;
    },
    get over() {
      return used !== null;
    },
    note(): void {
      count += 1;
    },
    /** Throws before the look is over. */
    result() {
      if (!used) throw new Error('The look is not over yet.');
      return { count, ...used };
    },
  };
}
