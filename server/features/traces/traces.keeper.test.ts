import { expect, test } from 'vitest';
import type { TraceRecord } from '../../gateway/ports.ts';
import { fakeClock } from '../../testing/fake-clock.ts';
import { createTraceKeeper } from './traces.keeper.ts';
import type { TraceRow } from './traces.repo.ts';

const DAY = 86_400_000;

function record(id: string, more: Partial<TraceRecord> = {}): TraceRecord {
  const trace: TraceRecord['trace'] = {
    limits: [],
    candidates: [],
    skipped: [],
    affinity: 'none',
    waited: null,
    attempts: [],
    dropped: [],
  };
  const common = { at: 0, userId: 'u', keyId: null, door: 'd', asked: null, error: null };
  return { id, ...common, trace, ...more };
}

type Insert = (rows: readonly TraceRow[]) => Promise<void>;

function keeper(
  insert: Insert,
  removeExpired = async (_until: Date, _most: number) => 0,
  retentionDays = 14,
) {
  const clock = fakeClock();
  const errors: unknown[] = [];
  const onError = (error: unknown) => void errors.push(error);
  const repo = { insert, removeExpired };
  return { clock, errors, ...createTraceKeeper({ repo, clock, retentionDays, onError }) };
}

/** A database that keeps what it gets. */
function table() {
  const batches: string[][] = [];
  const insert: Insert = async (rows) => void batches.push(rows.map(({ id }) => id));
  return { batches, insert };
}

test('traces are gathered and written together', async () => {
  const { batches, insert } = table();
  const it = keeper(insert);
  for (const id of ['a', 'b', 'c']) it.keep(record(id));
  expect(batches).toEqual([]);
  it.clock.advance(100);
  await it.flush();
  expect(batches).toEqual([['a', 'b', 'c']]);
});

test('what waits is what was kept, cut to what is written of it', async () => {
  const rows: TraceRow[] = [];
  const it = keeper(async (batch) => void rows.push(...batch));
  const long = record('long');
  long.trace.dropped = ['x'.repeat(5_000_000)];
  it.keep(long);
  long.trace.dropped = ['later'];
  await it.flush();
  expect(rows[0]?.trace.length).toBeLessThan(3_000);
  expect(rows[0]?.trace).toContain('xxx');
});

test('past a bound new ones are lost and counted, and none in the database', async () => {
  const { batches, insert } = table();
  const it = keeper(insert);
  for (let n = 0; n < 5_010; n += 1) it.keep(record(String(n)));
  expect(it.lost()).toBe(10);
  await it.flush();
  expect(batches.flat()).toHaveLength(5_000);
  expect(Math.max(...batches.map((batch) => batch.length))).toBeLessThanOrEqual(500);
});

test('what could not be written is tried again later', async () => {
  const { batches, insert } = table();
  let away = true;
  const it = keeper((rows) => (away ? Promise.reject(new Error('away')) : insert(rows)));
  it.keep(record('a'));
  await it.flush();
  expect([it.errors.length, it.lost()]).toEqual([1, 0]);
  away = false;
  it.keep(record('b'));
  it.clock.advance(5_000);
  await it.flush();
  expect(batches.flat()).toEqual(['a', 'b']);
});

test('what the database never takes is left out, the rest is written', async () => {
  const { batches, insert } = table();
  const it = keeper((rows) =>
    rows.some(({ id }) => id === 'bad')
      ? Promise.reject(Object.assign(new Error('no'), { code: '22P05' }))
      : insert(rows),
  );
  for (const id of ['a', 'bad', 'b', 'c']) it.keep(record(id));
  await it.flush();
  expect(batches.flat().sort()).toEqual(['a', 'b', 'c']);
  expect(it.lost()).toBe(1);
});

test('closing writes what waits; expired ones are removed every hour until then', async () => {
  const { batches, insert } = table();
  const removed: number[] = [];
  const it = keeper(insert, async (until) => {
    removed.push(until.getTime());
    return removed.length === 1 ? 500 : 3;
  });
  const start = it.clock.now();
  it.start();
  await expect.poll(() => removed.length).toBe(2);
  expect(removed[0]).toBe(start - 14 * DAY);
  await expect.poll(() => it.clock.timers()).toBe(1);
  it.clock.advance(3_600_000);
  await expect.poll(() => removed.length).toBe(3);
  it.keep(record('last'));
  await it.close();
  expect(batches).toEqual([['last']]);
  it.clock.advance(3_600_000);
  expect(removed).toHaveLength(3);
});

test('with a retention of nothing none is kept, and what there was is removed', async () => {
  const { batches, insert } = table();
  const removed: number[] = [];
  const it = keeper(insert, async (until) => removed.push(until.getTime()), 0);
  it.start();
  it.keep(record('a'));
  await it.close();
  expect([batches, it.lost()]).toEqual([[], 0]);
  expect(removed).toEqual([it.clock.now()]);
});
