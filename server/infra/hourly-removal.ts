import type { Clock } from './clock.ts';

const EVERY_MS = 3_600_000;
const MOST_AT_ONCE = 500;

export type HourlyRemovalDeps = {
  clock: Clock;
  /** How long a row is kept, ms. */
  retentionMs: number;
  /** How often; each hour unless told. */
  everyMs?: number;
  /** Removes at most `most` rows of before `until`; resolves with how many there were. */
  remove(until: Date, most: number): Promise<number>;
  /** Told when rows could not be removed; the next round tries again. */
  onError(error: unknown): void;
};

/** Removes what has expired, from the start on and every hour, a bounded number of rows at once. */
export function createHourlyRemoval(deps: HourlyRemovalDeps) {
  const { clock, everyMs = EVERY_MS, onError, remove, retentionMs } = deps;
  let cancel: (() => void) | null = null;
  let running: Promise<void> = Promise.resolve();
  let closed = false;

  async function removeAll(): Promise<void> {
    const until = new Date(clock.now() - retentionMs);
    for (let removed = MOST_AT_ONCE; removed === MOST_AT_ONCE && !closed; ) {
      removed = await remove(until, MOST_AT_ONCE);
    }
  }

  function round(): void {
    running = removeAll()
      .catch(onError)
      .finally(() => {
        if (!closed) cancel = clock.setTimer(everyMs, round);
      });
  }

  return {
    start: round,
    /** Waits for a removal that is under way. */
    async close(): Promise<void> {
      closed = true;
      cancel?.();
      await running;
    },
  };
}
