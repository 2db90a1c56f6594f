import { expect, test } from 'vitest';
import { createTestDatabase } from '../../testing/postgres.ts';
import { createPrisma, type Tx, withTx } from '../prisma/client.ts';
import { createPool, named } from './pool.ts';

test('int8 is a bigint from pg as from Prisma, and a named statement is prepared once', async () => {
  await using database = await createTestDatabase();
  const pool = createPool(database.url, { max: 1 });
  const twice = named('test.twice', 'SELECT $1::int8 * 2 AS n, 3::int4 AS small');
  expect((await pool.query(twice([2n ** 60n]))).rows).toEqual([{ n: 2n ** 61n, small: 3 }]);
  await pool.query(twice([1]));
  const { rows } = await pool.query('SELECT name FROM pg_prepared_statements');
  expect(rows).toEqual([{ name: 'test.twice' }]);
  await pool.end();
});

test('a statement that takes too long is cancelled', async () => {
  await using database = await createTestDatabase();
  const pool = createPool(database.url, { max: 1, statementTimeoutMs: 20 });
  await expect(pool.query('SELECT pg_sleep(10)')).rejects.toThrow(/statement timeout/);
  await pool.end();
});

test('a statement name that PostgreSQL would cut off is refused', () => {
  expect(() => named('x'.repeat(64), 'SELECT 1')).toThrow(/too long/);
});

test('a transaction happens as a whole or not at all', async () => {
  await using database = await createTestDatabase();
  const db = createPrisma(database.url, { max: 2 });
  const put = (tx: Tx, name: string) => tx.setting.create({ data: { name, value: 1 } });
  await withTx(db, (tx) => put(tx, 'kept'));
  const broken = withTx(db, async (tx) => {
    await put(tx, 'lost');
    throw new Error('changed my mind');
  });
  await expect(broken).rejects.toThrow('changed my mind');
  expect((await db.setting.findMany()).map(({ name }) => name)).toEqual(['kept']);
  await db.$disconnect();
});
