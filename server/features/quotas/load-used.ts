import type { Clock } from '../../infra/clock.ts';
import type { LoadUsed } from './counters.ts';
import type { UsedRepo } from './used.repo.ts';

export type LoadUsedDeps = {
  repo: UsedRepo;
  /** Where records wait that are not in the table yet. */
  ledger: { flush(): Promise<void> };
  clock: Clock;
  /** Longest wait for them. */
  flushMs?: number;
};

/**
 * What the quota gate rebuilds a counter from: the usage table, with the records that are still in
 * the journal. Rejects when they cannot be delivered in time, for a count without them would be wrong.
 */
export function createLoadUsed({ repo, ledger, clock, flushMs = 5_000 }: LoadUsedDeps): LoadUsed {
  return async (subject, id, since) => {
    const late = Promise.withResolvers<never>();
    const cancel = clock.setTimer(flushMs, () =>
      late.reject(new Error(`the journal was not delivered within ${flushMs} ms`)),
    );
    try {
      await Promise.race([ledger.flush(), late.promise]);
    } finally {
      cancel();
    }
    return repo.since(subject, id, since);
  };
}
