import type { Pool } from 'pg';
import type { Clock } from '../../infra/clock.ts';
import type { Log } from '../../infra/log.ts';
import { createPartitionsRepo } from './partitions.repo.ts';
import { ensureRollups } from './rollups.rebuild.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** Days that have a partition before they begin: an hour's look may fail for a week. */
const AHEAD = 7;
/** How often one that waits for sums to be built is told how far they are. */
const TELL_MS = 5_000;

export type UsageUpkeepDeps = {
  pool: Pick<Pool, 'connect'>;
  clock: Clock;
  /** Whose midnight ends a day of the roll-ups. */
  zone: string;
  /** Whole days for which records are kept, besides the present one; 0 = for ever. */
  retentionDays: number;
  log: Pick<Log, 'info' | 'warn'>;
};

export type UsageUpkeep = {
  /** Builds roll-ups that are missing, makes partitions, and looks after them every hour. */
  start(): Promise<void>;
  /** Waits for what is under way. */
  close(): Promise<void>;
};

/** Keeps the table of records in shape: partitions made ahead, and dropped when their time is over. */
export function createUsageUpkeep(deps: UsageUpkeepDeps): UsageUpkeep {
  const { pool, clock, zone, retentionDays, log } = deps;
  const partitions = createPartitionsRepo(pool);
  let cancel: (() => void) | null = null;
  let working: Promise<void> = Promise.resolve();
  let closed = false;

  async function lookAfter(): Promise<void> {
    const today = Math.floor(clock.now() / DAY) * DAY;
    const day = (apart: number) => new Date(today + apart * DAY);
    const work = await partitions.lookAfter({
      from: day(0),
      to: day(AHEAD),
      keepFrom: retentionDays === 0 ? null : day(-retentionDays),
    });
    if (!work || work.dropped.length + work.strays === 0) return;
    const days = work.dropped.map((each) => each.toISOString().slice(0, 10));
    log.info(
      `Usage records older than ${retentionDays} days were removed: ${days.join(', ') || `${work.strays} strays`}`,
    );
  }

  function round(): void {
    working = lookAfter()
      .catch((err) => log.warn({ err }, 'usage partitions were not looked after; tried again soon'))
      .finally(() => {
        if (!closed) cancel = clock.setTimer(HOUR, round);
      });
  }

  return {
    async start() {
      let told = clock.now();
      const built = await ensureRollups({
        pool,
        zone,
        onDay(done, days) {
          if (clock.now() - told < TELL_MS) return;
          told = clock.now();
          log.info(`Summing up usage in the zone ${zone}: ${done} of ${days} steps are done.`);
        },
      });
      if (built) log.info(`Usage of ${built} days was summed up in the zone ${zone}.`);
      round();
      await working;
    },
    async close() {
      closed = true;
      cancel?.();
      await working;
    },
  };
}
