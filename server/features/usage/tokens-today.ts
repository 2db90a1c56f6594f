import type { Clock } from '../../infra/clock.ts';
import { startOfDay } from './time-steps.ts';
import type { OpenUsageLedger } from './usage.ledger.ts';
import type { UsageRepo } from './usage.repo.ts';

export type TokensTodayDeps = {
  repo: Pick<UsageRepo, 'tokensSince'>;
  ledger: Pick<OpenUsageLedger, 'flush'>;
  clock: Clock;
  /** Longest wait for records that are not in the table yet. */
  flushMs?: number;
};

/**
 * What the quota gate rebuilds a counter from: tokens since 00:00 UTC, those still in the journal
 * included. Rejects when they cannot be delivered in time, for a count without them would be wrong.
 */
export function createTokensToday({ repo, ledger, clock, flushMs = 5_000 }: TokensTodayDeps) {
  return async (subject: 'user' | 'key', id: string): Promise<number> => {
    const late = Promise.withResolvers<never>();
    const cancel = clock.setTimer(flushMs, () =>
      late.reject(new Error(`the journal was not delivered within ${flushMs} ms`)),
    );
    try {
      await Promise.race([ledger.flush(), late.promise]);
    } finally {
      cancel();
    }
    return repo.tokensSince(subject, id, startOfDay(clock.now()));
  };
}
