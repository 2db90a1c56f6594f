import { readFile } from 'node:fs/promises';
import path from 'node:path';
import pg from 'pg';
import { expect, test } from 'vitest';
import { createTestDatabase } from '#server/testing/postgres.ts';
import { SNAPSHOT } from './new-migration.ts';
import { diffSchemas, EMPTY_SCHEMA } from './schema-diff.ts';

const PRISMA = path.resolve(import.meta.dirname, '..', 'prisma');
const read = (file: string) => readFile(path.join(PRISMA, file), 'utf8');

/**
 * Everything about the tables of a database that could differ, one line each. What Prisma cannot
 * say is left out: partitions, and that a table has any; checks; functions; indexes of some rows only.
 */
const DESCRIPTION = `
  SELECT format('column %s.%s %s %s default %s', c.relname, a.attname,
                format_type(a.atttypid, a.atttypmod),
                CASE WHEN a.attnotnull THEN 'not null' ELSE 'null' END,
                coalesce(pg_get_expr(d.adbin, d.adrelid), 'none')) AS line
  FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
  LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
  WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'v')
    AND NOT c.relispartition
    AND a.attnum > 0 AND NOT a.attisdropped AND c.relname <> '_prisma_migrations'
  UNION ALL
  SELECT format('constraint %s.%s %s', conrelid::regclass, conname, pg_get_constraintdef(oid))
  FROM pg_constraint
  WHERE connamespace = 'public'::regnamespace AND conrelid::regclass::text <> '_prisma_migrations'
    AND contype <> 'c'
    AND NOT (SELECT relispartition FROM pg_class WHERE pg_class.oid = conrelid)
  UNION ALL
  SELECT 'index ' || replace(indexdef, ' ON ONLY ', ' ON ') FROM pg_indexes
  WHERE schemaname = 'public' AND tablename <> '_prisma_migrations'
    AND indexdef NOT LIKE '% WHERE %'
    AND NOT (SELECT relispartition FROM pg_class WHERE pg_class.oid = tablename::regclass)
  UNION ALL
  SELECT format('enum %s %s %s', t.typname, e.enumsortorder, e.enumlabel)
  FROM pg_enum e JOIN pg_type t ON t.oid = e.enumtypid
  UNION ALL
  SELECT format('sequence %s %s', sequencename, data_type) FROM pg_sequences
  WHERE schemaname = 'public'
  ORDER BY 1`;

async function describe(url: string, firstRun = ''): Promise<string[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(firstRun);
    const { rows } = await client.query<{ line: string }>(DESCRIPTION);
    return rows.map(({ line }) => line);
  } finally {
    await client.end();
  }
}

test('the migrations make the same database as schema.prisma does', async () => {
  await using migrated = await createTestDatabase();
  await using designed = await createTestDatabase({ empty: true });
  const sql = await diffSchemas(EMPTY_SCHEMA, await read('schema.prisma'));
  const expected = await describe(designed.url, sql ?? '');
  expect(expected.length).toBeGreaterThan(50);
  expect(await describe(migrated.url)).toEqual(expected);
});

test('schema.prisma asks for nothing that no migration does (else: npm run db:migration)', async () => {
  const [snapshot, schema] = await Promise.all([
    read(path.join('migrations', SNAPSHOT)),
    read('schema.prisma'),
  ]);
  expect(await diffSchemas(snapshot, schema)).toBeNull();
});
