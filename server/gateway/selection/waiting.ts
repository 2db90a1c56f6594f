import { AppError, toAppError } from '#shared/errors.ts';
import type { Clock } from '../../infra/clock.ts';

export type WaitingLimits = {
  /** Requests that may wait at once for one model. */
  most: number;
  /** Longest wait in ms; 0 = none waits. */
  ms: number;
};

/** What a request waits for, and how it is served when its turn comes. */
export type Errand<Got> = {
  /** Public name of the model: each has its own queue. */
  model: string;
  /** Aborted with an AppError as reason. */
  signal: AbortSignal;
  /** Takes what it waits for, or null while there is none. Runs at once when something frees. */
  attempt(): Got | null;
};

export type Served<Got> = {
  got: Got;
  /** Null when it did not have to wait. */
  waited: { ms: number; ahead: number } | null;
};

/** Accounts rest, return and are lent without saying so here: those who wait look again this often. */
const LOOK_MS = 250;

type Waiter = { model: string; tryNow(): boolean };

/**
 * The queues of requests for which every account has all it can do: first come, first served, for a
 * short while, and no more of them than a client may be told about.
 */
export function createWaiting({ clock, limits }: { clock: Clock; limits: WaitingLimits }) {
  /** In the order they came. */
  const waiters = new Set<Waiter>();
  let stopLooking: (() => void) | null = null;

  function countOf(model: string): number {
    let count = 0;
    for (const waiter of waiters) if (waiter.model === model) count += 1;
    return count;
  }

  function wake(): void {
    for (const waiter of [...waiters]) waiter.tryNow();
    if (waiters.size === 0) stop();
  }

  function stop(): void {
    stopLooking?.();
    stopLooking = null;
  }

  function lookLater(): void {
    stopLooking ??= clock.setTimer(LOOK_MS, () => {
      stopLooking = null;
      wake();
      if (waiters.size > 0) lookLater();
    });
  }

  function join<Got>(errand: Errand<Got>, ahead: number): Promise<Served<Got>> {
    const { model, signal, attempt } = errand;
    const since = clock.now();
    return new Promise<Served<Got>>((resolve, reject) => {
      const leave = () => {
        waiters.delete(waiter);
        cancel();
        signal.removeEventListener('abort', aborted);
        if (waiters.size === 0) stop();
      };
      const waiter: Waiter = {
        model,
        tryNow() {
          if (!waiters.has(waiter)) return false;
          try {
            const got = attempt();
            if (got === null) return false;
            resolve({ got, waited: { ms: clock.now() - since, ahead } });
          } catch (thrown) {
            reject(thrown);
          }
          leave();
          return true;
        },
      };
      const aborted = () => {
        leave();
        reject(toAppError(signal.reason));
      };
      const cancel = clock.setTimer(limits.ms, () => {
        if (waiter.tryNow()) return;
        leave();
        reject(tooLong(model, limits.ms, ahead));
      });
      waiters.add(waiter);
      signal.addEventListener('abort', aborted);
      lookLater();
    });
  }

  return {
    /**
     * Serves the request at once when it can be, and nobody who came before it could be; else when its
     * turn comes. Throws what `attempt` throws, the reason of an abort, or AppError rate_limited with
     * the position and the time when there is no room or no luck.
     */
    async serve<Got>(errand: Errand<Got>): Promise<Served<Got>> {
      if (waiters.size > 0) wake();
      const got = errand.attempt();
      if (got !== null) return { got, waited: null };
      if (errand.signal.aborted) throw toAppError(errand.signal.reason);
      const ahead = countOf(errand.model);
      if (limits.ms === 0) throw noneWaits(errand.model);
      if (ahead >= limits.most) throw tooMany(errand.model, limits, ahead);
      return join(errand, ahead);
    },
    /** Something freed: an account has room again. */
    wake,
    /** Requests that wait now. */
    count: () => waiters.size,
    limits,
  };
}
export type Waiting = ReturnType<typeof createWaiting>;

function tooLong(model: string, ms: number, ahead: number): AppError {
  const others = ahead === 0 ? 'first in line' : `with ${ahead} in line before it`;
  return new AppError(
    'rate_limited',
    `Every account for "${model}" has all it can do. This request waited ${seconds(ms)}, ${others}. Try again later.`,
    { retryAfterMs: ms },
  );
}

function tooMany(model: string, { ms }: WaitingLimits, ahead: number): AppError {
  return new AppError(
    'rate_limited',
    `Every account for "${model}" has all it can do, and ${ahead} requests wait already, each for at most ${seconds(ms)}. Try again later.`,
    { retryAfterMs: ms },
  );
}

function noneWaits(model: string): AppError {
  return new AppError(
    'rate_limited',
    `Every account for "${model}" has all it can do, and this server lets no request wait. Try again in a moment.`,
    { retryAfterMs: 1_000 },
  );
}

function seconds(ms: number): string {
  return `${Math.round(ms / 100) / 10} s`;
}
