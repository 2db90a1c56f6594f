import { setTimeout as sleep } from 'node:timers/promises';
import { AppError } from '#shared/errors.ts';
import { ensureDataDir, findDatabase } from './data-dir.ts';
import { readPostmasterFile } from './orphan.ts';
import { DATABASE, urlOf } from './server.ts';

/** A Gatehouse that has just begun needs this long at most until its PostgreSQL takes connections. */
const PATIENCE_MS = 15_000;

/**
 * The URL of the PostgreSQL that another Gatehouse runs on this data directory. Call it after
 * `startPostgres` threw `conflict`. Throws `storage_unavailable` when it does not become ready.
 */
export async function attachPostgres(dataDir: string): Promise<string> {
  const found = ensureDataDir(dataDir);
  for (let waited = 0; waited < PATIENCE_MS; waited += 100) {
    // The other one owns the directory and may still be making the database: only ever read.
    const database = await findDatabase(found);
    const postmaster = database && readPostmasterFile(database.cluster);
    if (database && postmaster?.status === 'ready') {
      return urlOf(database, postmaster.port, DATABASE);
    }
    await sleep(100);
  }
  throw new AppError(
    'storage_unavailable',
    `Another Gatehouse has ${found}, but its PostgreSQL takes no connections. Try again when it is up.`,
  );
}
