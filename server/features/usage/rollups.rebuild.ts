import type { Pool, PoolClient } from 'pg';
import { z } from 'zod';
import { named, type Statement } from '../../infra/postgres/pool.ts';
import { startOfDay, startOfNextDay } from '../../infra/zone.ts';
import { addToRollups, type Grain } from './rollup.sql.ts';

const DAY = 86_400_000;
/** Advisory lock of the servers among themselves: one builds at a time, others wait for it. */
const LOCK = 7_226_002;
/** Before any record: the time of 0001-01-01. */
const ALWAYS = -62_135_596_800_000;

export type RebuildDeps = {
  pool: Pick<Pool, 'connect'>;
  /** Whose midnight ends a day. */
  zone: string;
  /** Told after each day that was summed up, of how many. */
  onDay?: (done: number, days: number) => void;
};

/** What one day's sums take in memory; with less of it they go to disk and take twice as long. */
const WORK_MEM = '64MB';

/**
 * Makes the roll-ups anew from the records, day by day, and resolves with how many days there were.
 * What was counted from records that are gone by now stays as it is. Writers wait while a day is
 * counted; readers do not.
 */
export async function rebuildRollups(deps: RebuildDeps): Promise<number> {
  return alone(deps.pool, (client) => rebuild(client, deps, ['hour', 'day']));
}

/**
 * The same, unless they are there already and of this zone; resolves with null then. Of another zone
 * they have other days, and the same hours.
 */
export async function ensureRollups(deps: RebuildDeps): Promise<number | null> {
  return alone(deps.pool, async (client) => {
    const before = await setting(client, 'usage.zone');
    if (before === deps.zone) return null;
    return rebuild(client, deps, before === null ? ['hour', 'day'] : ['day']);
  });
}

async function alone<Result>(
  pool: Pick<Pool, 'connect'>,
  work: (client: PoolClient) => Promise<Result>,
): Promise<Result> {
  const client = await pool.connect();
  try {
    await client.query(`SET statement_timeout = 0; SET work_mem = '${WORK_MEM}'`);
    await client.query('SELECT pg_advisory_lock($1)', [LOCK]);
    return await work(client);
  } finally {
    // Not back into the pool: its settings were changed, and closing it frees the lock.
    client.release(true);
  }
}

async function rebuild(
  client: PoolClient,
  { zone, onDay }: Omit<RebuildDeps, 'pool'>,
  grains: readonly Grain[],
): Promise<number> {
  const kept = await setting(client, 'usage.keptFrom');
  const keptFrom = kept === null ? ALWAYS : Date.parse(kept);
  const recorded = await times(client, `SELECT date_trunc('day', created_at, 'UTC') FROM usage`);
  const hours = await countedTimes(client, 'hour', keptFrom);
  const days = await countedTimes(client, 'day', keptFrom);

  const utcDays = inOrder([...recorded, ...hours.map((at) => Math.floor(at / DAY) * DAY)]);
  const work: [Grain, Recount][] = [];
  for (const from of utcDays.filter((day) => day + DAY > keptFrom)) {
    const since = Math.max(from, keptFrom);
    work.push(['hour', { at: from, since, removeFrom: since, until: from + DAY }]);
  }

  const countFrom = Math.max(keptFrom, await countedUntil(client, keptFrom, zone));
  const both = recorded.flatMap((day) => [day, day + DAY - 1]);
  const zoneDays = inOrder([...both, ...days].map((time) => startOfDay(time, zone)));
  for (const at of zoneDays) {
    const until = startOfNextDay(at, zone);
    if (until <= keptFrom) continue;
    const since = Math.max(at, countFrom);
    work.push(['day', { at, since, removeFrom: Math.max(at, keptFrom), until }]);
  }
  const asked = work.filter(([grain]) => grains.includes(grain));
  for (const [n, [grain, day]] of asked.entries()) {
    await recount(client, grain, day);
    onDay?.(n + 1, asked.length);
  }
  await client.query(
    `INSERT INTO settings (name, value, updated_at) VALUES ('usage.zone', to_jsonb($1::text), now())
     ON CONFLICT (name) DO UPDATE SET value = excluded.value, updated_at = now()`,
    [zone],
  );
  return utcDays.length;
}

/**
 * Where days that are kept as they are end: one that begins before the records do may reach into
 * them, and what it counted must not be counted again in a day of another zone.
 */
async function countedUntil(client: PoolClient, keptFrom: number, zone: string): Promise<number> {
  const before = (await setting(client, 'usage.zone')) ?? zone;
  const [last] = await times(
    client,
    `SELECT max(at) FROM usage_rollups WHERE grain = 'day' AND at < ${instant(keptFrom)}`,
  );
  return last === undefined ? ALWAYS : startOfNextDay(last, before);
}

/** Epoch ms: rows from `removeFrom` go, and records from `since` are counted, under the day `at`. */
type Recount = { at: number; since: number; removeFrom: number; until: number };

const counts: Readonly<Record<Grain, Statement>> = {
  hour: named('usage_recount_hours', recountOf('hour')),
  day: named('usage_recount_days', recountOf('day')),
};

function recountOf(grain: Grain): string {
  const records = '(SELECT * FROM usage WHERE created_at >= $1 AND created_at < $2) AS records';
  return addToRollups(records, '$3::timestamptz', [grain]);
}

async function recount(client: PoolClient, grain: Grain, day: Recount): Promise<void> {
  await client.query('BEGIN');
  try {
    // NOTE: what a writer has not committed is in neither the records nor the sums we see.
    await client.query('LOCK TABLE usage_rollups IN EXCLUSIVE MODE');
    await client.query(
      'DELETE FROM usage_rollups WHERE grain = $1::usage_grain AND at >= $2 AND at < $3',
      [grain, new Date(day.removeFrom), new Date(day.until)],
    );
    await client.query(counts[grain]([day.since, day.until, day.at].map((time) => new Date(time))));
    await client.query('COMMIT');
  } catch (error) {
    await client.query('ROLLBACK').catch(() => undefined);
    throw error;
  }
}

const countedTimes = (client: PoolClient, grain: Grain, keptFrom: number) =>
  times(
    client,
    `SELECT at FROM usage_rollups WHERE grain = '${grain}' AND at >= ${instant(keptFrom)}`,
  );

const instant = (time: number) => `timestamptz '${new Date(time).toISOString()}'`;

/** Times in a column, each once. */
async function times(client: PoolClient, query: string): Promise<number[]> {
  const { rows } = await client.query(
    `SELECT DISTINCT t.at FROM (${query}) AS t (at) WHERE t.at IS NOT NULL`,
  );
  return z
    .array(z.object({ at: z.date() }))
    .parse(rows)
    .map(({ at }) => at.getTime());
}

async function setting(client: PoolClient, name: string): Promise<string | null> {
  const { rows } = await client.query('SELECT value FROM settings WHERE name = $1', [name]);
  return rows[0] === undefined ? null : z.object({ value: z.string() }).parse(rows[0]).value;
}

function inOrder(list: readonly number[]): number[] {
  return [...new Set(list)].sort((a, b) => a - b);
}
