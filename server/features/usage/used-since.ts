import type { Pool } from 'pg';
import type { Clock } from '../../infra/clock.ts';
import { startOfDay, startOfMonth, startOfNextDay } from '../../infra/zone.ts';
import type { OpenUsageLedger } from './usage.ledger.ts';
import {
  type Pieces,
  readSpentOfMonth,
  readTokensOfDay,
  readUsed,
  type Used,
  type UsedSubject,
} from './used.repo.ts';

/** After any record: 9999-01-01. */
const FOREVER = 253_370_764_800_000;

/**
 * Cuts the time from `since` up to `until` (epoch ms; null = for ever) into whole days of the zone,
 * which are summed up already, and the parts of days before and after, which are read record by record.
 */
export function piecesOf(since: number, until: number | null, zone: string): Pieces {
  const end = Math.max(since, until ?? FOREVER);
  const isDay = startOfDay(since, zone) === since;
  const first = Math.min(end, isDay ? since : startOfNextDay(since, zone));
  const last = until === null ? end : Math.max(first, startOfDay(end, zone));
  return {
    days: [first, last],
    edges: [
      [since, first],
      [last, end],
    ],
  };
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

/** What a subject used from a time on (epoch ms), up to another where one is given. */
export type UsedSince = (
  subject: UsedSubject,
  id: string,
  since: number,
  until?: number,
) => Promise<Used>;

/**
 * Reads what was used, those requests included that are still in the journal: a few rows for a day
 * or a month, however many requests there were. Rejects when the journal cannot be delivered in
 * time, for sums without it would be wrong.
 */
export function createUsedSince(deps: UsedSinceDeps): UsedSince {
  const { pool, ledger, clock, zone, flushMs = 5_000 } = deps;
  return async (subject, id, since, until) => {
    const late = Promise.withResolvers<never>();
    const cancel = clock.setTimer(flushMs, () =>
      late.reject(new Error(`the journal was not delivered within ${flushMs} ms`)),
    );
    try {
      await Promise.race([ledger.flush(), late.promise]);
    } finally {
      cancel();
    }
    return readUsed(pool, subject, { id, pieces: piecesOf(since, until ?? null, zone) });
  };
}

export type TokensTodayDeps = {
  pool: Pick<Pool, 'query'>;
  clock: Pick<Clock, 'now'>;
  /** Whose midnight ends a day. */
  zone: string;
};

/** Tokens of the present day by id, those left out that used none. */
export function createTokensToday({ pool, clock, zone }: TokensTodayDeps) {
  return (subject: UsedSubject, ids: readonly string[]): Promise<Map<string, number>> =>
    readTokensOfDay(pool, subject, { ids, day: startOfDay(clock.now(), zone) });
}

/** Micro-dollars of the present day and month by id, those left out that used nothing. */
export function createSpentThisMonth({ pool, clock, zone }: TokensTodayDeps) {
  return (subject: UsedSubject, ids: readonly string[]) => {
    const now = clock.now();
    const [day, month] = [startOfDay(now, zone), startOfMonth(now, zone)];
    return readSpentOfMonth(pool, subject, { ids, day, month });
  };
}
