import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';

export type Migration = {
  /** The folder's name: `<UTC stamp>_<name>`. */
  name: string;
  sql: string;
  /** SHA-256 (hex) of the file, as Prisma stores it. */
  checksum: string;
};

/** The migrations of a folder, oldest first. */
export async function readMigrations(dir: string): Promise<Migration[]> {
  const entries = await readdir(dir, { withFileTypes: true });
  const names = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  return Promise.all(names.sort().map((name) => readMigration(dir, name)));
}

async function readMigration(dir: string, name: string): Promise<Migration> {
  const text = await readFile(path.join(dir, name, 'migration.sql'), 'utf8');
  // A checkout with Windows line ends is still the same migration.
  const sql = text.replaceAll('\r\n', '\n');
  return { name, sql, checksum: createHash('sha256').update(sql).digest('hex') };
}
