import { appendFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type pg from 'pg';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../testing/postgres.ts';
import { createPool } from '../postgres/pool.ts';
import { migrate } from './migrate.ts';

let dir = '';
let database: TestDatabase;
let pool: pg.Pool;

function addMigration(name: string, sql: string): string {
  mkdirSync(path.join(dir, name));
  const file = path.join(dir, name, 'migration.sql');
  writeFileSync(file, sql);
  return file;
}

async function tables(): Promise<string[]> {
  const { rows } = await pool.query<{ name: string }>(
    `SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' ORDER BY 1`,
  );
  return rows.map(({ name }) => name);
}

beforeEach(async () => {
  dir = mkdtempSync(path.join(tmpdir(), 'gatehouse-migrations-'));
  writeFileSync(path.join(dir, 'migration_lock.toml'), '');
  database = await createTestDatabase({ empty: true });
  pool = createPool(database.url, { max: 10 });
});
afterEach(async () => {
  await pool.end();
  await database[Symbol.asyncDispose]();
  rmSync(dir, { recursive: true });
});

test('pending migrations are applied in order, once, and recorded as Prisma does', async () => {
  addMigration('1_first', 'CREATE TABLE a (id int);\nCREATE TABLE b (id int);\n');
  addMigration('2_second', 'ALTER TABLE a ADD COLUMN name text;\n');
  expect(await migrate(pool, dir)).toEqual(['1_first', '2_second']);
  expect(await migrate(pool, dir)).toEqual([]);
  const { rows } = await pool.query(
    `SELECT migration_name, checksum, finished_at >= started_at AS finished, applied_steps_count
     FROM _prisma_migrations ORDER BY migration_name`,
  );
  // The checksum is `sha256sum migration.sql`, worked out by that program.
  expect(rows[1]).toEqual({
    migration_name: '2_second',
    checksum: '6ed91189755e436dcd8275a27b19abd814bbb57bfd26e326d5cb45b22d0162a7',
    finished: true,
    applied_steps_count: 1,
  });
});

test('of many that start at once exactly one applies each migration', async () => {
  addMigration('1_first', 'CREATE TABLE a (id int); SELECT pg_sleep(0.05);');
  addMigration('2_second', 'CREATE TABLE b (id int);');
  const results = await Promise.all(Array.from({ length: 6 }, () => migrate(pool, dir)));
  expect(results.flat().sort()).toEqual(['1_first', '2_second']);
  expect(await tables()).toEqual(['_prisma_migrations', 'a', 'b']);
});

test('a migration that fails leaves no trace, and what came before it stays', async () => {
  addMigration('1_first', 'CREATE TABLE a (id int);');
  const file = addMigration('2_second', 'CREATE TABLE b (id int); SELECT 1 / 0;');
  await expect(migrate(pool, dir)).rejects.toThrow(/2_second failed and was undone: division/);
  expect(await tables()).toEqual(['_prisma_migrations', 'a']);
  writeFileSync(file, 'CREATE TABLE b (id int);');
  expect(await migrate(pool, dir)).toEqual(['2_second']);
});

test('a migration that cannot be recorded is undone', async () => {
  addMigration('1_first', 'CREATE TABLE a (id int);');
  addMigration(
    '2_second',
    'CREATE TABLE b (id int); ALTER TABLE _prisma_migrations RENAME checksum TO sum;',
  );
  await expect(migrate(pool, dir)).rejects.toThrow(/2_second failed and was undone: column/);
  expect(await tables()).toEqual(['_prisma_migrations', 'a']);
});

test('a migration may take longer than a statement usually may', async () => {
  addMigration('1_slow', 'SELECT pg_sleep(0.8);');
  const hurried = createPool(database.url, { max: 2, statementTimeoutMs: 500 });
  expect(await migrate(hurried, dir)).toEqual(['1_slow']);
  const { rows } = await hurried.query('SHOW statement_timeout');
  expect(rows).toEqual([{ statement_timeout: '500ms' }]);
  await hurried.end();
});

test('a newer database and a changed file are refused before anything is touched', async () => {
  const file = addMigration('1_first', 'CREATE TABLE a (id int);');
  addMigration('2_second', 'CREATE TABLE b (id int);');
  await migrate(pool, dir);
  rmSync(path.join(dir, '2_second'), { recursive: true });
  addMigration('3_third', 'CREATE TABLE c (id int);');
  await expect(migrate(pool, dir)).rejects.toThrow(/used by a newer release/);
  addMigration('2_second', 'CREATE TABLE b (id int);');
  appendFileSync(file, '-- a comment');
  await expect(migrate(pool, dir)).rejects.toThrow(/1_first is not the one/);
  expect(await tables()).toEqual(['_prisma_migrations', 'a', 'b']);
});

test("a database with somebody else's tables is refused", async () => {
  await pool.query('CREATE TABLE customers ()');
  addMigration('1_first', 'CREATE TABLE a (id int);');
  await expect(migrate(pool, dir)).rejects.toThrow(
    /has the table customers.*a database of its own/,
  );
  expect(await tables()).toEqual(['customers']);
});

test('Windows line ends do not make another migration of it', async () => {
  const file = addMigration('1_first', 'CREATE TABLE a (id int);\n');
  await migrate(pool, dir);
  writeFileSync(file, 'CREATE TABLE a (id int);\r\n');
  expect(await migrate(pool, dir)).toEqual([]);
});
