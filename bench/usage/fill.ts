import type { Pool } from 'pg';
import { createUsageUpkeep, rebuildRollups } from '#server/features/usage/index.ts';
import { systemClock } from '#server/infra/clock.ts';

export type Filling = { rows: number; days: number; print(line: string): void };

const DAY_MS = 86_400_000;
const id = (expression: string) => `lpad(((${expression})::int)::text, 32, '0')::uuid`;

/**
 * Records over so many days up to now: 100 users with three keys each, 20 models at eight platforms
 * with 30 accounts; few of each make most of the requests. One request in fifty fails.
 */
export async function fillUsage(pool: Pool, { rows, days, print }: Filling): Promise<void> {
  await pool.query(
    `INSERT INTO users (id, username) SELECT ${id('n + 1')}, 'user-' || n FROM generate_series(0, 99) AS n`,
  );
  await pool.query(
    `INSERT INTO api_keys (id, owner_id, name, secret_hash, prefix, allowed_models)
     SELECT ${id('1000 + n')}, ${id('n / 3 + 1')}, 'key-' || n, 'hash-' || n, 'gh', '{}'
       FROM generate_series(0, 299) AS n`,
  );
  await pool.query(
    `INSERT INTO accounts (id, owner_id, platform_id, name, kind)
     SELECT ${id('5000 + n')}, ${id('n + 1')}, 'platform-' || n % 8, 'account-' || n, 'none'
       FROM generate_series(0, 29) AS n`,
  );
  await makePartitions(pool, days);
  const begun = performance.now();
  const oldest = Date.now() - days * DAY_MS;
  // In the order of time, as a server writes them: at random, indexes take ten times as long.
  for (let day = 0; day < days; day += 1) {
    const count = Math.floor((rows * (day + 1)) / days) - Math.floor((rows * day) / days);
    await fillDay(pool, new Date(oldest + day * DAY_MS).toISOString(), count);
    if ((day + 1) % 10 === 0) print(`day ${day + 1} of ${days}: ${seconds(begun)}`);
  }
  await pool.query('ANALYZE usage');
  print(`${rows} records over ${days} days: ${seconds(begun)}`);
}

async function fillDay(pool: Pool, from: string, count: number): Promise<void> {
  await pool.query(
    `INSERT INTO usage (id, created_at, user_id, key_id, door, operation, model, platform_id,
                        upstream_model, account_id, stream, outcome, status, error, attempts,
                        input_tokens, cached_tokens, output_tokens, reasoning_tokens, estimated, cost,
                        latency_ms, first_token_ms)
     SELECT uuidv7(at - now()), at, ${id('key / 3 + 1')}, ${id('1000 + key')}, 'openai-chat',
            CASE WHEN luck < 0.97 THEN 'chat' ELSE 'embeddings' END, 'model-' || model,
            'platform-' || account % 8, 'model-' || model, ${id('5000 + account')}, true,
            CASE WHEN luck < 0.02 THEN 'upstream_failed' WHEN luck < 0.04 THEN 'aborted' ELSE 'ok' END,
            200, NULL, 1, 100 + (luck * 4000)::int, 50, 20 + (luck * 900)::int, 10, false,
            (luck * 9000)::int, 300 + (20000 * luck * luck)::int, 100 + (2000 * luck)::int
       FROM (
         SELECT timestamptz '${from}' + random() * interval '1 day' AS at,
                floor(300 * random() * random())::int AS key,
                floor(20 * random() * random())::int AS model,
                floor(30 * random())::int AS account, random() AS luck
           FROM generate_series(1, ${count})
          ORDER BY at
       ) AS r`,
  );
}

/** Builds the roll-ups anew and says how long that took and how large all is, as a Markdown table. */
export async function sumUp(pool: Pool, print: Filling['print']): Promise<void> {
  const begun = performance.now();
  await rebuildRollups({ pool, zone: 'UTC' });
  const took = seconds(begun);
  await pool.query('VACUUM ANALYZE usage_rollups');
  const { rows: sizes } = await pool.query(
    `SELECT pg_size_pretty(sum(pg_total_relation_size(inhrelid))) AS records,
            pg_size_pretty(pg_total_relation_size('usage_rollups')) AS rollups,
            (SELECT count(*)::int FROM usage) AS count,
            (SELECT count(*)::int FROM usage_rollups) AS sums
       FROM pg_inherits WHERE inhparent = 'usage'::regclass`,
  );
  const { records, rollups, count, sums } = sizes[0] ?? {};
  print('\n| what | figure |\n| --- | ---: |');
  print(`| records, with indexes | ${count} rows, ${records} |`);
  print(`| roll-ups, with indexes | ${sums} rows, ${rollups} |`);
  print(`| roll-ups built from all records | ${took} |`);
}

/** Whether an earlier run left its records here. */
export async function isFilled(pool: Pool): Promise<boolean> {
  const { rows } = await pool.query('SELECT EXISTS (SELECT FROM usage) AS filled');
  return rows[0]?.filled === true;
}

/** A partition for every day, as the server would have made them. */
async function makePartitions(pool: Pool, days: number): Promise<void> {
  const quiet = { info: () => undefined, warn: () => undefined };
  for (let ago = days; ago >= 0; ago -= 7) {
    const clock = { ...systemClock, now: () => Date.now() - ago * DAY_MS };
    const upkeep = createUsageUpkeep({ pool, clock, zone: 'UTC', retentionDays: 0, log: quiet });
    await upkeep.start();
    await upkeep.close();
  }
}

const seconds = (since: number) => `${((performance.now() - since) / 1_000).toFixed(1)} s`;
