import { cp, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { projectRoot } from '#server/config/config.ts';
import { migrate } from '#server/infra/migrations/migrate.ts';
import { createPool } from '#server/infra/postgres/pool.ts';
import { createTestDatabase } from './postgres.ts';

const MIGRATIONS = path.join(projectRoot, 'prisma/migrations');

/**
 * A database as it was before the migration whose folder ends in `name`, to be filled with what people
 * had then; `migrate()` brings it to the newest. Use it with `await using`, in `*.int.test.ts` files.
 */
export async function databaseBefore(name: string) {
  const database = await createTestDatabase({ empty: true });
  const pool = createPool(database.url, { max: 2 });
  const before = await mkdtemp(path.join(tmpdir(), 'migrations-'));
  const folders = (await readdir(MIGRATIONS)).filter((folder) => /^\d{14}_/.test(folder)).sort();
  const turn = folders.findIndex((folder) => folder.endsWith(`_${name}`));
  if (turn < 0) throw new Error(`there is no migration ${name}`);
  for (const folder of folders.slice(0, turn)) {
    await cp(path.join(MIGRATIONS, folder), path.join(before, folder), { recursive: true });
  }
  await migrate(pool, before);
  return {
    url: database.url,
    pool,
    migrate: () => migrate(pool, MIGRATIONS),
    async [Symbol.asyncDispose]() {
      await pool.end();
      await rm(before, { recursive: true });
      await database[Symbol.asyncDispose]();
    },
  };
}
