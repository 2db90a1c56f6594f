import { readFile } from 'node:fs/promises';
import path from 'node:path';
import fc from 'fast-check';
import type { Pool } from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { newId } from '../../infra/ids.ts';
import { createPool } from '../../infra/postgres/pool.ts';
import { startOfDay } from '../../infra/zone.ts';
import { fakeClock } from '../../testing/fake-clock.ts';
import { createTestDatabase, type TestDatabase } from '../../testing/postgres.ts';
import { histogramOf } from './durations.ts';
import { createPartitionsRepo } from './partitions.repo.ts';
import { EVERYBODY } from './rollup.sql.ts';
import { ensureRollups, rebuildRollups } from './rollups.rebuild.ts';
import { createUsageUpkeep } from './upkeep.ts';
import { createUsageWriter, type JournalledUsage } from './usage.writer.ts';

const DAY = 86_400_000;
const HOUR = 3_600_000;
const NOW = Date.UTC(2026, 2, 10, 15, 20);
const ZONES = ['UTC', 'Asia/Shanghai', 'Asia/Kathmandu', 'America/New_York'];

let database: TestDatabase;
let pool: Pool;
beforeAll(async () => {
  database = await createTestDatabase();
  pool = createPool(database.url, { max: 4, onConnectionError: () => undefined });
});
afterAll(async () => {
  await pool.end();
  await database[Symbol.asyncDispose]();
});
beforeEach(async () => {
  await pool.query('TRUNCATE usage, usage_rollups, settings');
});

const ids = Array.from({ length: 4 }, () => newId());
const one = <T>(...values: T[]) => fc.constantFrom(...values);
const tokens = fc.integer({ min: 0, max: 3_000 });

const anyRecord: fc.Arbitrary<JournalledUsage> = fc
  .record({
    id: fc.uuid({ version: 7 }),
    // Clocks are changed in New York on the 8th of March.
    createdAt: fc.integer({ min: NOW - 4 * DAY, max: NOW }),
    userId: one(...ids),
    keyId: one(null, ...ids),
    door: one('openai-chat', 'gemini'),
    operation: one('chat', 'embeddings'),
    model: one('a', 'b', 'ü "quoted"'),
    platformId: one(null, 'lab', 'openai'),
    upstreamModel: one('x'),
    accountId: one(null, ...ids),
    stream: fc.boolean(),
    outcome: one('ok', 'ok', 'aborted', 'upstream_failed', 'quota_exhausted'),
    status: one(200),
    error: one(null),
    attempts: one(1),
    inputTokens: tokens,
    cachedTokens: tokens,
    cacheWriteTokens: tokens,
    outputTokens: tokens,
    reasoningTokens: tokens,
    units: one(null),
    estimated: fc.boolean(),
    cost: fc.option(fc.integer({ min: 0, max: 1_000_000 })),
    latencyMs: fc.integer({ min: 0, max: 200_000 }),
    firstTokenMs: fc.option(fc.integer({ min: 0, max: 20_000 })),
  })
  .map((record) => record as JournalledUsage);

function writer(zone: string) {
  return createUsageWriter({
    pool,
    zone,
    onRefused: (_record, error) => {
      throw error;
    },
  });
}

const bucketOf = (ms: number) => (ms < 1 ? 0 : 1 + Math.floor((8 * Math.log(ms)) / Math.log(2)));

const classOf = ({ outcome }: JournalledUsage) =>
  outcome === 'ok' || outcome === 'aborted' ? outcome : 'failed';

function figuresOf(r: JournalledUsage): number[] {
  return [
    1,
    Number(classOf(r) === 'failed'),
    Number(classOf(r) === 'aborted'),
    r.inputTokens,
    r.cachedTokens,
    r.cacheWriteTokens ?? 0,
    r.outputTokens,
    r.reasoningTokens,
    r.cost ?? 0,
  ];
}

/** Where a record is counted: grain, dimension, scope, time and value. */
function placesOf(r: JournalledUsage, zone: string): string[] {
  const values = [
    ['key', r.keyId ?? ''],
    ['model', r.model],
    ['account', r.accountId ?? ''],
    ['platform', r.platformId ?? ''],
    ['door', r.door],
    ['operation', r.operation ?? 'chat'],
    ['outcome', classOf(r)],
  ] as const;
  const times = {
    hour: Math.floor(r.createdAt / HOUR) * HOUR,
    day: startOfDay(r.createdAt, zone),
  };
  return Object.entries(times).flatMap(([grain, time]) => {
    const at = new Date(time).toISOString();
    const own = grain === 'day' ? values.slice(0, 4) : [];
    return [
      [grain, 'total', EVERYBODY, at, ''],
      [grain, 'user', EVERYBODY, at, r.userId],
      ...(grain === 'day' ? values : values.slice(1, 2)).map(([dimension, value]) => [
        grain,
        dimension,
        EVERYBODY,
        at,
        value,
      ]),
      ...own.map(([dimension, value]) => [grain, dimension, r.userId, at, value]),
    ].map((place) => place.join('|'));
  });
}

/** What the roll-ups must say, summed one record after the other. */
function bruteForce(records: readonly JournalledUsage[], zone: string): Record<string, string> {
  const sums = new Map<string, { figures: number[]; buckets: number[] }>();
  for (const r of new Map(records.map((each) => [each.id, each])).values()) {
    const figures = figuresOf(r);
    for (const place of placesOf(r, zone)) {
      const sum = sums.get(place) ?? { figures: figures.map(() => 0), buckets: [] };
      sum.figures = sum.figures.map((figure, n) => figure + (figures[n] ?? 0));
      if (classOf(r) === 'ok') sum.buckets.push(bucketOf(r.latencyMs));
      sums.set(place, sum);
    }
  }
  const timed = /\|(total|user)\||^day\|(model|account|platform)\|/;
  return Object.fromEntries(
    [...sums].map(([place, { figures, buckets }]) => {
      const own = !place.includes(EVERYBODY) && !place.includes('|model|');
      const kept = timed.test(place) && !own ? buckets.sort((a, b) => a - b) : [];
      return [place, `${figures.join(',')} ${kept.join(',')}`];
    }),
  );
}

/** Of a sum of marks, as often as it was marked. */
const bucketsIn = (sum: string | null) =>
  [...histogramOf(sum)].flatMap(([bucket, count]) => Array<number>(count).fill(bucket));

async function rolledUp(): Promise<Record<string, string>> {
  const { rows } = await pool.query(
    `SELECT grain, dimension, scope, at, value, requests, errors, aborted, input_tokens,
            cached_tokens, cache_write_tokens, output_tokens, reasoning_tokens, cost,
            latency
       FROM usage_rollups`,
  );
  return Object.fromEntries(
    rows.map(({ grain, dimension, scope, at, value, latency, ...sums }) => [
      [grain, dimension, scope, at.toISOString(), value].join('|'),
      `${Object.values(sums).join(',')} ${bucketsIn(latency).join(',')}`,
    ]),
  );
}

/** Batches as a journal delivers them: some come twice, whole or in part. */
const anyHistory = fc
  .tuple(
    fc.array(anyRecord, { minLength: 1, maxLength: 25 }),
    fc.infiniteStream(fc.nat({ max: 3 })),
  )
  .map(([records, luck]) => {
    const batches: JournalledUsage[][] = [];
    for (let at = 0; at < records.length; at += 5) {
      const batch = records.slice(at, at + 5);
      batches.push(batch);
      const again = luck.next().value;
      if (again === 0) batches.push(batch);
      if (again === 1) batches.push([...records.slice(0, at + 2), ...batch]);
    }
    return { records, batches };
  });

describe('roll-ups', () => {
  test('are what the records add up to, however often and in whatever batches they come', async () => {
    await fc.assert(
      fc.asyncProperty(anyHistory, one(...ZONES), async ({ records, batches }, zone) => {
        await pool.query('TRUNCATE usage, usage_rollups, settings');
        const write = writer(zone);
        for (const batch of batches) await write(batch);
        const expected = bruteForce(records, zone);
        expect(await rolledUp()).toEqual(expected);
        await rebuildRollups({ pool, zone });
        expect(await rolledUp()).toEqual(expected);
      }),
      { numRuns: 25 },
    );
  });

  test('a rebuild mends what was damaged, and days of another zone', async () => {
    const records = fc.sample(anyRecord, { numRuns: 60, seed: 7 });
    await writer('UTC')(records);
    await pool.query(`UPDATE usage_rollups SET requests = requests + 1 WHERE dimension = 'model'`);
    await pool.query(
      `INSERT INTO usage_rollups
       SELECT grain, 'model', scope, at + interval '40 days', 'nobody', 1, 0, 0, 1, 1, 1, 1, 1, 1
         FROM usage_rollups WHERE dimension = 'total'`,
    );
    expect(await ensureRollups({ pool, zone: 'Asia/Kathmandu' })).toBeGreaterThan(3);
    expect(await rolledUp()).toEqual(bruteForce(records, 'Asia/Kathmandu'));
    expect(await ensureRollups({ pool, zone: 'Asia/Kathmandu' })).toBeNull();
  });

  test('writers and a rebuild at the same time count every record once', async () => {
    const records = fc.sample(anyRecord, { numRuns: 120, seed: 8 });
    const write = writer('UTC');
    const batches = Array.from({ length: 24 }, (_, n) => records.slice(n * 5, n * 5 + 5));
    await Promise.all([
      ...batches.slice(0, 12).map(write),
      rebuildRollups({ pool, zone: 'UTC' }),
      ...batches.slice(12).map(write),
      rebuildRollups({ pool, zone: 'UTC' }),
    ]);
    expect(await rolledUp()).toEqual(bruteForce(records, 'UTC'));
  });
});

describe('partitions', () => {
  const partitions = async () =>
    (
      await pool.query<{ name: string; rows: number }>(
        `SELECT tableoid::regclass::text AS name, count(*)::int AS rows FROM usage GROUP BY 1 ORDER BY 1`,
      )
    ).rows;
  const tables = async () =>
    (
      await pool.query<{ name: string }>(
        `SELECT inhrelid::regclass::text AS name FROM pg_inherits
          WHERE inhparent = 'usage'::regclass ORDER BY 1`,
      )
    ).rows.map(({ name }) => name);
  const quiet = { info: () => undefined, warn: (...what: unknown[]) => expect(what).toEqual([]) };
  const upkeep = (clock: ReturnType<typeof fakeClock>, retentionDays: number) =>
    createUsageUpkeep({ pool, clock, zone: 'UTC', retentionDays, log: quiet });
  const at = (time: number): JournalledUsage => ({
    ...(fc.sample(anyRecord, { numRuns: 1, seed: 1 })[0] as JournalledUsage),
    id: newId(),
    createdAt: time,
  });

  test('are made ahead, take in what had strayed, and go whole when their time is over', async () => {
    const clock = fakeClock(NOW);
    const records = [at(NOW - DAY), at(NOW), at(NOW + DAY), at(NOW + 20 * DAY)];
    await writer('UTC')(records);
    expect(await partitions()).toEqual([{ name: 'usage_default', rows: 4 }]);
    const first = upkeep(clock, 3);
    await first.start();
    expect(await tables()).toEqual([
      ...Array.from({ length: 8 }, (_, n) => `usage_202603${10 + n}`),
      'usage_default',
    ]);
    expect(await partitions()).toEqual([
      { name: 'usage_20260310', rows: 1 },
      { name: 'usage_20260311', rows: 1 },
      { name: 'usage_default', rows: 2 },
    ]);
    const before = await rolledUp();

    // Delivered once more, they find themselves where they have been moved to.
    await writer('UTC')(records);
    expect(await rolledUp()).toEqual(before);
    await first.close();

    clock.advance(4 * DAY);
    const second = upkeep(clock, 3);
    await second.start();
    await second.close();
    expect((await tables())[0]).toBe('usage_20260311');
    expect((await tables()).at(-2)).toBe('usage_20260321');
    expect(await partitions()).toEqual([
      { name: 'usage_20260311', rows: 1 },
      { name: 'usage_default', rows: 1 },
    ]);
    expect(await rolledUp()).toEqual(before);

    // What is gone cannot be counted again, so a rebuild leaves its sums alone.
    await rebuildRollups({ pool, zone: 'UTC' });
    expect(await rolledUp()).toEqual(before);
    await rebuildRollups({ pool, zone: 'Asia/Kathmandu' });
    await rebuildRollups({ pool, zone: 'America/New_York' });
    const { rows } = await pool.query(
      `SELECT grain, sum(requests)::int AS requests FROM usage_rollups
        WHERE dimension = 'total' GROUP BY 1 ORDER BY 1`,
    );
    expect(rows).toEqual([
      { grain: 'hour', requests: 4 },
      { grain: 'day', requests: 4 },
    ]);
    for (const name of (await tables()).filter((each) => each !== 'usage_default')) {
      await pool.query(`DROP TABLE ${name}`);
    }
  });

  test('with 0 days of retention nothing ever goes; it is looked after every hour', async () => {
    const clock = fakeClock(Date.UTC(2026, 2, 10, 23, 30));
    await writer('UTC')([at(NOW - 5_000 * DAY)]);
    const keeper = upkeep(clock, 0);
    await keeper.start();
    expect(await tables()).not.toContain('usage_20260318');
    clock.advance(HOUR);
    await expect.poll(tables).toContain('usage_20260318');
    await keeper.close();
    expect(await partitions()).toEqual([{ name: 'usage_default', rows: 1 }]);
    clock.advance(DAY);
    expect(await tables()).not.toContain('usage_20260319');
  });

  test('of servers that look after them at the same time one does, once', async () => {
    const repo = createPartitionsRepo(pool);
    const plan = { from: new Date('2027-01-01'), to: new Date('2027-01-05'), keepFrom: null };
    const done = await Promise.all(Array.from({ length: 4 }, () => repo.lookAfter(plan)));
    expect(done.flatMap((work) => work?.made ?? [])).toHaveLength(5);
  });
});

test('records of the first release move to partitions and are summed up', async () => {
  await using empty = await createTestDatabase({ empty: true });
  const old = createPool(empty.url, { max: 2 });
  const migrations = path.resolve(import.meta.dirname, '../../../prisma/migrations');
  const run = async (name: string) =>
    old.query(await readFile(path.join(migrations, name, 'migration.sql'), 'utf8'));
  await run('20261122052755_foundation');
  await old.query(
    `INSERT INTO usage (id, created_at, user_id, door, model, stream, outcome, status, attempts,
                        input_tokens, cached_tokens, output_tokens, reasoning_tokens, estimated,
                        cost, latency_ms)
     SELECT gen_random_uuid(), now() - n * interval '2 hours', gen_random_uuid(), 'openai-chat',
            'm', true, 'ok', 200, 1, n, 0, 1, 0, false, 5, 100
       FROM generate_series(1, 2000) AS n`,
  );
  await run('20261122084150_usage_units');
  await run('20261122093725_usage_partitions');
  await old.query(
    `INSERT INTO usage_rollups
     SELECT grain::usage_grain, dimension::usage_dimension, scope, '2020-01-01', '',
            5, 0, 0, 1, 1, 1, 1, 1, 1, '[9:11]={2,NULL,3}', NULL
       FROM (VALUES ('day', 'total', $1), ('hour', 'total', $1), ('hour', 'model', $1),
                    ('hour', 'key', $1), ('hour', 'model', $2), ('day', 'model', $2),
                    ('day', 'door', $2)) AS kept (grain, dimension, scope)`.replaceAll(
      /\$(\d)/g,
      (_, n) => `'${n === '1' ? EVERYBODY : newId()}'::uuid`,
    ),
  );
  await run('20261122112213_usage_histograms');
  await run('20261122115549_usage_mark_inlined');
  const kept = await old.query(
    'SELECT grain, dimension, latency, first_token FROM usage_rollups ORDER BY grain, dimension',
  );
  const histogram = [
    [9, 2],
    [11, 3],
  ];
  expect(kept.rows.map((row) => [row.grain, row.dimension, [...histogramOf(row.latency)]])).toEqual(
    [
      ['hour', 'total', histogram],
      ['hour', 'model', []],
      ['day', 'total', histogram],
      ['day', 'model', histogram],
    ],
  );
  expect(kept.rows.every((row) => row.first_token === null)).toBe(true);
  await old.query('TRUNCATE usage_rollups');
  const { rows } = await old.query(
    `SELECT count(*)::int AS records, sum(input_tokens)::int AS tokens,
            count(DISTINCT tableoid)::int AS tables,
            count(*) FILTER (WHERE tableoid = 'usage_default'::regclass)::int AS strays
       FROM usage`,
  );
  expect(rows[0]).toMatchObject({ records: 2_000, tokens: 2_001_000 });
  // Ninety days and the present one have a partition; older ones do without.
  expect(rows[0].tables).toBeGreaterThanOrEqual(91);
  expect(rows[0].tables).toBeLessThanOrEqual(92);
  expect(rows[0].strays).toBeGreaterThan(800);
  expect(await ensureRollups({ pool: old, zone: 'UTC' })).toBeGreaterThan(160);
  const totals = await old.query(
    `SELECT grain, sum(requests)::int AS requests, sum(input_tokens)::int AS tokens
       FROM usage_rollups WHERE dimension = 'total' GROUP BY 1 ORDER BY 1`,
  );
  expect(totals.rows).toEqual([
    { grain: 'hour', requests: 2_000, tokens: 2_001_000 },
    { grain: 'day', requests: 2_000, tokens: 2_001_000 },
  ]);
  await old.end();
});
