import type { Pool } from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { newId } from '../../infra/ids.ts';
import { createPool } from '../../infra/postgres/pool.ts';
import { startOfDay, startOfMonth, startOfNextDay } from '../../infra/zone.ts';
import { fakeClock } from '../../testing/fake-clock.ts';
import { createTestDatabase, type TestDatabase } from '../../testing/postgres.ts';
import { createUsageWriter, type JournalledUsage } from './usage.writer.ts';
import type { UsedSubject } from './used.repo.ts';
import { createTokensToday, createUsedSince } from './used-since.ts';

const HOUR = 3_600_000;
/** New York's clocks go from 02:00 to 03:00 on this day. */
const CHANGE = Date.UTC(2026, 2, 8, 7);
const NOW = Date.UTC(2026, 2, 10, 15, 20);
const ZONES = ['UTC', 'Asia/Kathmandu', 'America/New_York', 'Asia/Shanghai'];

const me = newId();
const other = newId();
const SUBJECTS: readonly [UsedSubject, string][] = [
  ['user', me],
  ['key', me],
  ['model', 'a'],
  ['account', me],
  ['platform', 'lab'],
];

let database: TestDatabase;
let pool: Pool;
beforeAll(async () => {
  database = await createTestDatabase();
  pool = createPool(database.url, { max: 2, onConnectionError: () => undefined });
});
afterAll(async () => {
  await pool.end();
  await database[Symbol.asyncDispose]();
});
beforeEach(() => pool.query('TRUNCATE usage, usage_rollups'));

/** The second of each pair is another's, which must not be counted. */
function recordAt(createdAt: number, n: number, mine: boolean): JournalledUsage {
  return {
    id: newId(),
    createdAt,
    userId: mine ? me : other,
    keyId: mine ? me : null,
    door: 'gemini',
    model: mine ? 'a' : 'b',
    platformId: mine ? 'lab' : null,
    upstreamModel: null,
    accountId: mine ? me : other,
    stream: false,
    outcome: n % 3 === 0 ? 'quota_exhausted' : 'ok',
    status: 200,
    error: null,
    attempts: 1,
    inputTokens: 2 ** (n % 20),
    cachedTokens: 0,
    outputTokens: n,
    reasoningTokens: 0,
    estimated: false,
    cost: n % 5 === 0 ? null : 7 * n,
    latencyMs: 5,
    firstTokenMs: null,
  };
}

/** Beginnings of the month, of days and of hours, and the moments just before and after each. */
function edges(zone: string): number[] {
  const midnight = startOfDay(NOW, zone);
  const began = [
    ...[startOfMonth(NOW, zone), startOfDay(CHANGE, zone), startOfNextDay(CHANGE, zone)],
    ...[CHANGE, CHANGE + HOUR, startOfDay(midnight - 1, zone), midnight],
    ...[Math.ceil(midnight / HOUR) * HOUR, midnight + HOUR, midnight + 3 * HOUR],
  ];
  return [...new Set(began.flatMap((at) => [at - 1, at, at + 1]))].filter((at) => at <= NOW);
}

async function write(zone: string, records: readonly JournalledUsage[]): Promise<void> {
  const deliver = createUsageWriter({
    pool,
    zone,
    onRefused: (_record, error) => {
      throw error;
    },
  });
  await deliver(records);
}

describe.each(ZONES)('in %s', (zone) => {
  const ledger = { flush: async () => undefined };
  const clock = fakeClock(NOW);

  test('what was used between any two moments is right to the record', async () => {
    const times = edges(zone);
    const mine = times.map((at, n) => recordAt(at, n, true));
    await write(zone, [...mine, ...times.map((at, n) => recordAt(at, n, false))]);
    const usedSince = createUsedSince({ pool, ledger, clock, zone });
    for (const [at, since] of times.entries()) {
      const [subject, id] = SUBJECTS[at % SUBJECTS.length] ?? ['user', me];
      for (const until of [undefined, ...times.filter((time, n) => time >= since && n % 4 === 0)]) {
        const within = mine.filter(
          (r) => r.createdAt >= since && r.createdAt < (until ?? Infinity),
        );
        const sum = (of: (r: JournalledUsage) => number) => within.reduce((s, r) => s + of(r), 0);
        expect({ subject, since, until, ...(await usedSince(subject, id, since, until)) }).toEqual({
          subject,
          since,
          until,
          requests: within.length,
          tokens: sum((r) => r.inputTokens + r.outputTokens),
          cost: sum((r) => r.cost ?? 0),
        });
      }
    }
  });

  test('every kind of subject is counted from the day’s and the month’s beginning', async () => {
    const times = edges(zone);
    const mine = times.map((at, n) => recordAt(at, n, true));
    await write(zone, [...mine, ...times.map((at, n) => recordAt(at, n, false))]);
    const usedSince = createUsedSince({ pool, ledger, clock, zone });
    for (const since of [startOfDay(NOW, zone), startOfMonth(NOW, zone)]) {
      const within = mine.filter((r) => r.createdAt >= since);
      const tokens = within.reduce((sum, r) => sum + r.inputTokens + r.outputTokens, 0);
      for (const [subject, id] of SUBJECTS) {
        expect((await usedSince(subject, id, since)).tokens).toBe(tokens);
      }
    }
  });

  test('tokens of today begin at its midnight', async () => {
    const midnight = startOfDay(NOW, zone);
    const times = [midnight - 1, midnight, NOW];
    await write(
      zone,
      times.map((at, n) => recordAt(at, n, true)),
    );
    const today = createTokensToday({ pool, clock, zone });
    expect(await today('key', [me, other])).toEqual(new Map([[me, 2 + 1 + 4 + 2]]));
    expect(await today('key', [])).toEqual(new Map());
  });
});
