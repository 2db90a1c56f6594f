import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import type { Pool } from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createPool } from '../../infra/postgres/pool.ts';
import { createTestDatabase, type TestDatabase } from '../../testing/postgres.ts';
import { createCreditRepo } from './credit.repo.ts';
import { type Credit, microsOf, noCredit, recover, reserve, settle } from './credit.ts';
import type { CreditRow } from './credit-row.ts';

const NOW = Date.UTC(2026, 0, 1);
const GROUP = 'model:gpt-lab';
const HOLDER = randomUUID();

let database: TestDatabase;
let pool: Pool;
beforeAll(async () => {
  database = await createTestDatabase();
  pool = createPool(database.url, { max: 20, onConnectionError: () => undefined });
});
afterAll(async () => {
  await pool.end();
  await database[Symbol.asyncDispose]();
});

/** Someone with this credit, and no recovery unless given. */
async function someone(more: Partial<Credit> = {}) {
  const userId = randomUUID();
  const credit = { ...noCredit(NOW), max: 2_000_000n, quota: 1_000_000n, ...more };
  await pool.query('INSERT INTO users (id, username) VALUES ($1, $2)', [userId, `u-${userId}`]);
  await pool.query(
    `INSERT INTO pool_credits (user_id, group_key, quota, max, rate, owed, granted, updated_at)
     VALUES ($1, $2, $3, $4, $5, $6, $3, $7)`,
    [userId, GROUP, credit.quota, credit.max, credit.rate, credit.owed, new Date(NOW)],
  );
  return userId;
}

const repo = () => createCreditRepo(pool);
const hold = (userId: string, amount: bigint, id: string = randomUUID()) => ({
  id,
  userId,
  groupKey: GROUP,
  amount,
  holder: HOLDER,
  expiresAt: NOW + 40_000,
});
const spending = (userId: string, id: string, consumed: bigint) => ({
  id,
  userId,
  groupKey: GROUP,
  consumed,
  accountId: randomUUID(),
  model: 'gpt-lab',
  quotaBefore: 800_000,
  quotaAfter: null,
});

async function creditOf(userId: string): Promise<CreditRow> {
  const [row] = await repo().ofUser(userId);
  if (!row) throw new Error('no credit');
  return row;
}

test('of fifty at once, credit for ten serves exactly ten', async () => {
  const userId = await someone();
  const all = Array.from({ length: 50 }, () => repo().reserve(hold(userId, 100_000n), NOW));
  const served = (await Promise.all(all)).filter((row) => row !== null);
  expect(served).toHaveLength(10);
  const { held, quota } = await creditOf(userId);
  expect([held, quota]).toEqual([1_000_000n, 1_000_000n]);
});

test('fifty settlements at once are all counted, and what was held is free again', async () => {
  const userId = await someone({ quota: 1_500_000n });
  const holds = Array.from({ length: 50 }, () => hold(userId, 20_000n));
  await Promise.all(holds.map((one) => repo().reserve(one, NOW)));
  await Promise.all(holds.map(({ id }) => repo().settle(spending(userId, id, 25_000n), NOW)));
  const { held, owed, quota, spent } = await creditOf(userId);
  expect([held, owed, quota, spent]).toEqual([0n, 0n, 250_000n, 1_250_000n]);
});

test('a request reserves once and pays once, however often it is told', async () => {
  const userId = await someone();
  const one = hold(userId, 100_000n);
  expect(await repo().reserve(one, NOW)).not.toBeNull();
  expect(await repo().reserve(one, NOW)).toBe('twice');
  expect((await creditOf(userId)).held).toBe(100_000n);
  await repo().settle(spending(userId, one.id, 30_000n), NOW);
  expect(await repo().settle(spending(userId, one.id, 30_000n), NOW)).toBeNull();
  const { held, quota } = await creditOf(userId);
  expect([held, quota]).toEqual([0n, 970_000n]);
});

test('what costs more than there is leaves nothing, and the rest is owed', async () => {
  const userId = await someone({ quota: 100_000n, rate: 400_000n });
  const one = hold(userId, 50_000n);
  await repo().reserve(one, NOW);
  await repo().settle(spending(userId, one.id, 300_000n), NOW);
  const row = await creditOf(userId);
  expect([row.quota, row.owed]).toEqual([0n, 200_000n]);
  expect(await repo().reserve(hold(userId, 1n), NOW + 1_800_000)).toBeNull();
  expect(await repo().reserve(hold(userId, 1n), NOW + 1_800_100)).not.toBeNull();
});

test('what a dead process held is free once it was not renewed; the living keep theirs', async () => {
  const userId = await someone();
  const living = randomUUID();
  await repo().reserve(hold(userId, 300_000n), NOW);
  await repo().reserve({ ...hold(userId, 200_000n), holder: living }, NOW);
  await repo().renew(living, NOW + 80_000);
  expect(await repo().free(NOW + 40_000)).toEqual([]);
  const freed = await Promise.all([repo().free(NOW + 40_001), repo().free(NOW + 40_001)]);
  const mine = freed.flat().filter((row) => row.userId === userId);
  expect(mine.map(({ held }) => held)).toEqual([200_000n]);
  expect((await creditOf(userId)).held).toBe(200_000n);
});

test('a settlement after its reservation was freed still pays', async () => {
  const userId = await someone();
  const one = hold(userId, 300_000n);
  await repo().reserve(one, NOW);
  await repo().free(NOW + 40_001);
  await repo().settle(spending(userId, one.id, 10_000n), NOW);
  const { held, quota } = await creditOf(userId);
  expect([held, quota]).toEqual([0n, 990_000n]);
});

test('giving back twice gives back once', async () => {
  const userId = await someone();
  const [one, two] = [hold(userId, 300_000n), hold(userId, 200_000n)];
  await repo().reserve(one, NOW);
  await repo().reserve(two, NOW);
  await repo().release(one, NOW);
  expect(await repo().release(one, NOW)).toBeNull();
  expect((await creditOf(userId)).held).toBe(200_000n);
});

const step = fc.record({
  wait: fc.oneof(fc.nat(1_000), fc.nat(40 * 3_600_000)),
  act: fc.constantFrom('reserve', 'settle', 'release'),
  amount: fc.double({ min: 0, max: 1, noNaN: true }).map(microsOf),
});

/** One step in the database and in the arithmetic; the credit that the latter comes to. */
async function take(
  credit: CreditRow,
  { act, amount }: { act: string; amount: bigint },
  now: number,
  held: { id: string; amount: bigint }[],
): Promise<CreditRow> {
  const { groupKey, userId } = credit;
  if (act === 'reserve') {
    const one = hold(userId, amount);
    const next = reserve(credit, amount, now);
    expect((await repo().reserve(one, now)) !== null).toBe(next !== null);
    if (next) held.push(one);
    return { ...(next ?? credit), groupKey, userId };
  }
  const one = held.shift() ?? { id: randomUUID(), amount: 0n };
  const consumed = act === 'settle' ? amount : 0n;
  await repo().settle(spending(userId, one.id, consumed), now);
  return { ...settle(credit, { held: one.amount, consumed }, now), groupKey, userId };
}

test('the statements count as the arithmetic does', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 15 }), fc.nat(5), async (steps, accounts) => {
      const facts = { rate: 400_000n * BigInt(accounts), max: 2_000_000n * BigInt(accounts) };
      const userId = await someone({ ...facts, quota: facts.max / 3n });
      const held: { id: string; amount: bigint }[] = [];
      let credit = await creditOf(userId);
      let now = NOW;
      for (const one of steps) {
        now += one.wait;
        credit = await take(credit, one, now, held);
        expect(recover(await creditOf(userId), now)).toEqual(recover(credit, now));
      }
    }),
    { numRuns: 25 },
  );
});
