import type { Pool } from 'pg';
import type { Clock } from '../../infra/clock.ts';
import { startOfDay, startOfNextDay } from '../../infra/zone.ts';
import { type Pieces, readUsed, type Used, type UsedSubject } from './rollups.repo.ts';
import type { OpenUsageLedger } from './usage.ledger.ts';

const HOUR = 3_600_000;

/**
 * Cuts the time since `since` (epoch ms) into what is summed up already: whole days of the zone,
 * whole hours up to the first of them, and what lies between the two, which is read record by record.
 */
export function piecesSince(since: number, zone: string): Pieces {
  const days = startOfDay(since, zone) === since ? since : startOfNextDay(since, zone);
  const hoursFrom = Math.ceil(since / HOUR) * HOUR;
  const hoursTo = Math.floor(days / HOUR) * HOUR;
  if (hoursFrom >= hoursTo) return [days, days, days, since, days, days, days];
  return [days, hoursFrom, hoursTo, since, hoursFrom, hoursTo, days];
}

export type UsedSinceDeps = {
  pool: Pick<Pool, 'query'>;
  ledger: Pick<OpenUsageLedger, 'flush'>;
  clock: Clock;
  /** Whose midnight ends a day of the roll-ups. */
  zone: string;
  /** Longest wait (ms) for records that are not in the table yet. */
  flushMs?: number;
};

/**
 * What a subject used since a time (epoch ms), those requests included that are still in the journal:
 * a few rows for a day or a month, however many requests there were. Rejects when the journal cannot
 * be delivered in time, for sums without it would be wrong.
 */
export function createUsedSince({ pool, ledger, clock, zone, flushMs = 5_000 }: UsedSinceDeps) {
  return async (subject: UsedSubject, id: string, since: number): Promise<Used> => {
    const late = Promise.withResolvers<never>();
    const cancel = clock.setTimer(flushMs, () =>
      late.reject(new Error(`the journal was not delivered within ${flushMs} ms`)),
    );
    try {
      await Promise.race([ledger.flush(), late.promise]);
    } finally {
      cancel();
    }
    return readUsed(pool, subject, { id, pieces: piecesSince(since, zone) });
  };
}
