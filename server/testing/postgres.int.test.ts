import pg from 'pg';
import { expect, test } from 'vitest';
import { createTestDatabase } from './postgres.ts';

async function query(url: string, text: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(text)).rows;
  } finally {
    await client.end();
  }
}

test('every test database has the tables and sees no rows of another', async () => {
  await using first = await createTestDatabase();
  await using second = await createTestDatabase();
  await query(first.url, `INSERT INTO settings (name, value) VALUES ('a', '1')`);
  expect(await query(first.url, 'SELECT name FROM settings')).toEqual([{ name: 'a' }]);
  expect(await query(second.url, 'SELECT name FROM settings')).toEqual([]);
});

test('an empty test database has no tables', async () => {
  await using database = await createTestDatabase({ empty: true });
  const found = await query(
    database.url,
    `SELECT tablename FROM pg_tables WHERE schemaname = 'public'`,
  );
  expect(found).toEqual([]);
});

test('many can be made at once', async () => {
  const many = await Promise.all(Array.from({ length: 8 }, () => createTestDatabase()));
  expect(new Set(many.map(({ url }) => url)).size).toBe(8);
  await Promise.all(many.map((database) => database[Symbol.asyncDispose]()));
});
