import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { diffSchemas, EMPTY_SCHEMA } from './schema-diff.ts';

const PRISMA = path.resolve(import.meta.dirname, '..', 'prisma');

/** The schema as of the last migration, kept beside the migrations. */
export const SNAPSHOT = 'schema.snapshot.prisma';

/** Tells Prisma's own CLI which database the migrations are for. */
const LOCK_FILE = 'provider = "postgresql"\n';

export type NewMigration = {
  /** The folder that holds schema.prisma and migrations/. */
  prismaDir: string;
  /** What the change is for: lower case words joined by `_` or `-`. */
  name: string;
  now: Date;
};

/**
 * Writes the migration from the last snapshot of the schema to the present one and moves the
 * snapshot on. Returns the new folder's name. Throws when the name is odd or nothing changed.
 */
export async function createMigration({ prismaDir, name, now }: NewMigration): Promise<string> {
  if (!/^[a-z][a-z0-9]*([_-][a-z0-9]+)*$/.test(name)) {
    throw new Error(`"${name}" is no name for a migration: use lower case words joined by "_".`);
  }
  const migrations = path.join(prismaDir, 'migrations');
  const snapshot = path.join(migrations, SNAPSHOT);
  const before = existsSync(snapshot) ? await readFile(snapshot, 'utf8') : EMPTY_SCHEMA;
  const after = await readFile(path.join(prismaDir, 'schema.prisma'), 'utf8');
  const sql = await diffSchemas(before, after);
  if (sql === null) {
    throw new Error('schema.prisma asks for no change of the tables since the last migration.');
  }
  const folder = `${stamp(now)}_${name.replaceAll('-', '_')}`;
  await mkdir(path.join(migrations, folder), { recursive: true });
  await writeFile(path.join(migrations, folder, 'migration.sql'), sql);
  await writeFile(path.join(migrations, 'migration_lock.toml'), LOCK_FILE);
  await writeFile(snapshot, after);
  return folder;
}

/** 2026-11-22T05:08:09Z → 20261122050809 */
function stamp(time: Date): string {
  return time.toISOString().replace(/\D/g, '').slice(0, 14);
}

if (import.meta.main) {
  try {
    const name = process.argv[2] ?? '';
    const folder = await createMigration({ prismaDir: PRISMA, name, now: new Date() });
    console.log(`Wrote prisma/migrations/${folder}/migration.sql. Read it before you commit it.`);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
}
