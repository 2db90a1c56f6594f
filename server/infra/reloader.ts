import type { Clock } from './clock.ts';

/** The part of the event bus that a copy in memory needs: what changed, and that some news may be missing. */
export type Changes<Topic extends string = string> = {
  on(topic: Topic, heard: (payload: { ids: readonly string[] }) => void): () => void;
  onGap(heard: () => void): () => void;
};

export type ReloaderDeps = {
  /** Reads these entries again; null = everything. */
  load(ids: readonly string[] | null): Promise<void>;
  clock: Clock;
  /** Told of every failed load; it is tried again by itself. */
  onError(error: unknown): void;
  retryMs?: number;
};

export type Reloader = {
  /** Resolves once a load that began after this call is done; rejects when that load failed. */
  reload(ids: readonly string[] | null): Promise<void>;
  /** Gives up what still waits to be tried again. */
  close(): void;
};

/**
 * Keeps a copy in memory true: one load at a time, requests that arrive meanwhile gathered into the
 * next, failed ones tried again until they succeed.
 */
export function createReloader(deps: ReloaderDeps): Reloader {
  const { load, clock, onError, retryMs = 1_000 } = deps;
  const wanted = new Set<string>();
  let everything = false;
  let closed = false;
  let current: Promise<void> | null = null;
  let next: Promise<void> | null = null;
  let cancelRetry: (() => void) | null = null;

  function want(ids: readonly string[] | null) {
    if (ids === null) everything = true;
    else for (const id of ids) wanted.add(id);
  }

  async function begin(): Promise<void> {
    cancelRetry?.();
    cancelRetry = null;
    const ids = everything ? null : [...wanted];
    everything = false;
    wanted.clear();
    try {
      await load(ids);
    } catch (error) {
      want(ids);
      onError(error);
      if (!closed) cancelRetry = clock.setTimer(retryMs, () => void ask().catch(() => undefined));
      throw error;
    }
  }

  function ask(): Promise<void> {
    if (!current) {
      current = begin().finally(() => {
        current = null;
      });
      return current;
    }
    next ??= current
      .catch(() => undefined)
      .then(() => {
        next = null;
        return ask();
      });
    return next;
  }

  return {
    reload(ids) {
      want(ids);
      return ask();
    },
    close() {
      closed = true;
      cancelRetry?.();
    },
  };
}
