import type { Pool } from 'pg';
import type { UsageLedger, UsageRecord } from '../../gateway/ports.ts';
import type { Clock } from '../../infra/clock.ts';
import { openJournal } from '../../infra/journal/index.ts';
import type { Log } from '../../infra/log.ts';
import { createUsageWriter } from './usage.writer.ts';

export type UsageLedgerDeps = {
  /** The journal's own directory. */
  dir: string;
  pool: Pick<Pool, 'query'>;
  clock: Clock;
  /** Whose midnight ends a day of the roll-ups; UTC when left out. */
  zone?: string;
  log: Pick<Log, 'warn' | 'error'>;
};

export type OpenUsageLedger = UsageLedger & {
  /** Resolves once everything recorded before is in PostgreSQL; waits while that is away. */
  flush(): Promise<void>;
  /** Records that PostgreSQL does not have yet. */
  pending(): number;
  close(): Promise<void>;
};

/** How long a record waits for others: a page opened right after an answer shows it. */
const GATHER_MS = 50;

/**
 * The ledger of requests: a journal in `dir` that survives this process, delivered to the table
 * `usage` in batches, at least once and kept once. Throws AppError like `openJournal`.
 */
export async function openUsageLedger(deps: UsageLedgerDeps): Promise<OpenUsageLedger> {
  const { dir, pool, clock, zone = 'UTC', log } = deps;
  const journal = await openJournal<UsageRecord>({
    dir,
    clock,
    log,
    gatherMs: GATHER_MS,
    deliver: createUsageWriter({
      pool,
      zone,
      onRefused: (record, err) =>
        log.error({ err, record }, 'a usage record was refused by the database and left out'),
    }),
  });
  return {
    record: (record) => journal.append(record),
    flush: () => journal.flush(),
    pending: () => journal.pending(),
    close: () => journal.close(),
  };
}
