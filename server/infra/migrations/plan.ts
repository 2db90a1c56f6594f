import { AppError } from '#shared/errors.ts';
import type { Migration } from './files.ts';

/** What the database says of one migration. */
export type AppliedMigration = { name: string; checksum: string; finished: boolean };

/**
 * The migrations that are still to be applied. Throws `conflict` when the database is newer than
 * this code, has a migration that was changed since, or one that stopped half-way.
 */
export function planMigrations(
  files: readonly Migration[],
  applied: readonly AppliedMigration[],
): Migration[] {
  const known = new Map(files.map((file) => [file.name, file]));
  for (const { name, checksum, finished } of applied) {
    const file = known.get(name);
    if (!finished) throw new AppError('conflict', halfApplied(name));
    if (!file) throw new AppError('conflict', newer(name));
    if (file.checksum !== checksum) throw new AppError('conflict', changed(name));
  }
  const done = new Set(applied.map(({ name }) => name));
  return files.filter(({ name }) => !done.has(name));
}

const halfApplied = (name: string) =>
  `The migration ${name} was begun by another tool and did not finish. Restore the database from a backup, or repair it and mark it with "prisma migrate resolve", then start again.`;

const newer = (name: string) =>
  `The database has the migration ${name}, which this Gatehouse does not know: it was used by a newer release. Start that release, or restore a backup made before the upgrade.`;

const changed = (name: string) =>
  `The migration ${name} is not the one this database was made with: its file was changed afterwards. Put the original file back; to change tables add a new migration.`;
