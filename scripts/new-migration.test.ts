import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createMigration } from './new-migration.ts';
import { EMPTY_SCHEMA } from './schema-diff.ts';

const FIRST = `${EMPTY_SCHEMA}\nmodel Thing {\n  id Int @id\n  name String\n}\n`;
const SECOND = FIRST.replace('name String', 'name String?');
const now = new Date('2026-11-22T05:08:09.123Z');

let prismaDir = '';
beforeEach(() => {
  prismaDir = mkdtempSync(path.join(tmpdir(), 'gatehouse-prisma-'));
});
afterEach(() => rmSync(prismaDir, { recursive: true }));

const setSchema = (text: string) => writeFileSync(path.join(prismaDir, 'schema.prisma'), text);
const sqlOf = (folder: string) =>
  readFileSync(path.join(prismaDir, 'migrations', folder, 'migration.sql'), 'utf8');

test('the first migration makes the tables, the next only what changed since', async () => {
  setSchema(FIRST);
  const first = await createMigration({ prismaDir, name: 'first-things', now });
  expect(first).toBe('20261122050809_first_things');
  expect(sqlOf(first)).toContain('CREATE TABLE "Thing"');
  expect(sqlOf(first)).not.toContain('CREATE SCHEMA');
  setSchema(SECOND);
  const second = await createMigration({ prismaDir, name: 'second', now: new Date(+now + 1000) });
  expect(sqlOf(second)).toBe(
    '-- AlterTable\nALTER TABLE "Thing" ALTER COLUMN "name" DROP NOT NULL;\n',
  );
});

test('without a change of the tables there is no migration, whatever the comments say', async () => {
  setSchema(FIRST);
  await createMigration({ prismaDir, name: 'first', now });
  setSchema(FIRST.replace('model', '/// A thing.\nmodel'));
  await expect(createMigration({ prismaDir, name: 'again', now })).rejects.toThrow(/no change/);
  expect(readdirSync(path.join(prismaDir, 'migrations')).sort()).toEqual([
    '20261122050809_first',
    'migration_lock.toml',
    'schema.snapshot.prisma',
  ]);
});

test.each(['', 'Add users', '../evil', 'a__b', '1st'])('%j is refused as a name', async (name) => {
  setSchema(FIRST);
  await expect(createMigration({ prismaDir, name, now })).rejects.toThrow(
    /no name for a migration/,
  );
});

test('a schema that is not valid is refused with the line at fault', async () => {
  setSchema(`${FIRST}\nmodel Broken {\n  id Nothing\n}\n`);
  await expect(createMigration({ prismaDir, name: 'broken', now })).rejects.toThrow(
    /Type "Nothing" is neither a built-in type[\s\S]*Broken/,
  );
});
