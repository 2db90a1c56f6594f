import { chmod, mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { TestProject } from 'vitest/node';
import { migrate } from '../infra/migrations/migrate.ts';
import { lockDataDir } from '../infra/postgres/lock.ts';
import { stopOrphan } from '../infra/postgres/orphan.ts';
import { createPool } from '../infra/postgres/pool.ts';
import { startPostgres } from '../infra/postgres/server.ts';
import './postgres.ts';

const MIGRATIONS = path.resolve(import.meta.dirname, '..', '..', 'prisma', 'migrations');
const PREFIX = 'gatehouse-test-';
/** A younger directory may belong to a run that has not taken its lock yet. */
const SETTLED_MS = 60_000;

/** Starts one PostgreSQL for the whole run and migrates the database that tests are cloned from. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  // Root's PostgreSQL runs as another user, who must be able to get there.
  const base = process.getuid?.() === 0 ? '/tmp' : tmpdir();
  await sweep(base);
  const dataDir = await mkdtemp(path.join(base, PREFIX));
  await chmod(dataDir, 0o711);
  const { logger } = project.vitest;
  const log = {
    info: () => undefined,
    warn: (text: string) => logger.warn(text),
    error: (text: string) => logger.error(text),
  };
  const postgres = await startPostgres({ dataDir, log, durable: false });
  const pool = createPool(postgres.url, { max: 1 });
  await migrate(pool, MIGRATIONS);
  await pool.end();
  project.provide('postgresTemplateUrl', postgres.url);
  return async () => {
    await postgres.stop();
    await rm(dataDir, { recursive: true, force: true });
  };
}

/** Ends and removes what runs that were killed left behind; runs under way hold their lock. */
async function sweep(base: string): Promise<void> {
  const names = (await readdir(base)).filter((name) => name.startsWith(PREFIX));
  for (const name of names) {
    const dataDir = path.join(base, name);
    try {
      if (Date.now() - (await stat(dataDir)).mtimeMs < SETTLED_MS) continue;
      const lock = lockDataDir(dataDir);
      await stopOrphan(path.join(dataDir, 'postgres'));
      lock.release();
      await rm(dataDir, { recursive: true, force: true });
    } catch {
      // In use, or another user's.
    }
  }
}
