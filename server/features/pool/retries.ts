import type { Clock } from '../../infra/clock.ts';

const PAUSE_MS = 2_000;
/** Past this the oldest is given up: a database that is away for hours must not fill the memory. */
const MOST = 50_000;

type Work = () => Promise<void>;

/** Runs work in the background, and again until it succeeds; the work must bear being run twice. */
export function createRetries({ clock, onError }: { clock: Clock; onError(error: unknown): void }) {
  const running = new Set<Promise<void>>();
  let failed: Work[] = [];
  let cancel: (() => void) | null = null;

  function attempt(work: Work): void {
    const done = work()
      .catch((error: unknown) => {
        onError(error);
        failed.push(work);
        if (failed.length > MOST) failed.shift();
        cancel ??= clock.setTimer(PAUSE_MS, again);
      })
      .finally(() => running.delete(done));
    running.add(done);
  }

  function again(): void {
    cancel = null;
    for (const work of failed.splice(0)) attempt(work);
  }

  return {
    run: attempt,
    /** How many are under way or wait for another try. */
    waiting: () => running.size + failed.length,
    /** Waits for what is under way, and tries once more what failed. */
    async close(): Promise<void> {
      await Promise.all(running);
      cancel?.();
      const rest = failed;
      failed = [];
      await Promise.allSettled(rest.map((work) => work().catch(onError)));
    },
  };
}
