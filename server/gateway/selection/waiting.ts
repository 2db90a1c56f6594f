import { toAppError } from '#shared/errors.ts';
import type { Clock } from '../../infra/clock.ts';
import { createLine, type InLine } from './waiting-line.ts';
import { noneWaits, tooLarge, tooLong, tooMany, tooManyOfOne } from './waiting-refusals.ts';

export type WaitingLimits = {
  /** Requests that may wait at once for one model. */
  most: number;
  /** Longest wait in ms; 0 = none waits. */
  ms: number;
};

/** What a request waits for, and how it is served when its turn comes. */
export type Errand<Got> = InLine & {
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
/** The part of a model's queue that one person may fill. */
const ONE_PERSONS_SHARE = 1 / 4;
/** What requests may keep in memory while they wait, all together. */
const MOST_BYTES = 256 * 1024 * 1024;

type Waiter = InLine & { tryNow(): boolean };

/**
 * The queues of requests for which every account has all it can do: people in turn, for a short while,
 * and no more requests than a client may be told about.
 */
export function createWaiting({ clock, limits }: { clock: Clock; limits: WaitingLimits }) {
  const line = createLine<Waiter>();
  const mostOfOne = Math.max(1, Math.floor(limits.most * ONE_PERSONS_SHARE));
  let stopLooking: (() => void) | null = null;

  /** Everybody looks once; while there is enough, each person has one request served in turn. */
  function wake(): void {
    let turns = line.turns();
    while (turns.length > 0) turns = turns.filter(serveOne);
    if (line.size() === 0) stop();
  }

  /** Serves the first that can be, and takes it and those that cannot be off the list. */
  function serveOne(waiters: Waiter[]): boolean {
    for (let waiter = waiters.shift(); waiter; waiter = waiters.shift()) {
      if (waiter.tryNow()) return true;
    }
    return false;
  }

  /** Whoever came before gets what came back without a word; the others look a moment later. */
  function serveNext(model: string): void {
    let next = line.next(model);
    while (next?.tryNow()) next = line.next(model);
  }

  function stop(): void {
    stopLooking?.();
    stopLooking = null;
  }

  function lookLater(): void {
    stopLooking ??= clock.setTimer(LOOK_MS, () => {
      stopLooking = null;
      wake();
      if (line.size() > 0) lookLater();
    });
  }

  function join<Got>(errand: Errand<Got>, ahead: number): Promise<Served<Got>> {
    const { bytes, model, person, signal, attempt } = errand;
    const since = clock.now();
    return new Promise<Served<Got>>((resolve, reject) => {
      const leave = () => {
        line.remove(waiter);
        cancel();
        signal.removeEventListener('abort', aborted);
        if (line.size() === 0) stop();
      };
      const waiter: Waiter = {
        ...{ bytes, model, person },
        tryNow() {
          if (!line.has(waiter)) return false;
          try {
            const got = attempt();
            if (got === null) return false;
            resolve({ got, waited: { ms: clock.now() - since, ahead } });
            line.served(person);
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
      line.add(waiter);
      signal.addEventListener('abort', aborted);
      lookLater();
    });
  }

  /** How many go first. Throws AppError rate_limited when there is no room to wait. */
  function place(errand: InLine): number {
    const { ms, most } = limits;
    const { model } = errand;
    if (ms === 0) throw noneWaits(model);
    const { ahead, bytes, own, waiting } = line.standing(errand);
    if (waiting >= most) throw tooMany(model, ms, waiting);
    if (own >= mostOfOne) throw tooManyOfOne(model, ms, own);
    if (bytes + errand.bytes > MOST_BYTES) throw tooLarge(model, ms);
    return ahead;
  }

  return {
    /**
     * Serves the request at once when it can be and the next in turn has nothing to take; else when
     * its turn comes. Throws what `attempt` throws, the reason of an abort, or AppError rate_limited
     * with the position and the time when there is no room or no luck.
     */
    async serve<Got>(errand: Errand<Got>): Promise<Served<Got>> {
      serveNext(errand.model);
      const got = errand.attempt();
      if (got !== null) return { got, waited: null };
      if (errand.signal.aborted) throw toAppError(errand.signal.reason);
      return join(errand, place(errand));
    },
    /** Something freed: an account has room again. */
    wake,
    /** Requests that wait now. */
    count: () => line.size(),
    limits,
  };
}
export type Waiting = ReturnType<typeof createWaiting>;
