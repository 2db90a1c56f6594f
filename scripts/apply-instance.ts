import path from 'node:path';
import { projectRoot, readConfig } from '#server/config/config.ts';
import { createSecretsStore } from '#server/config/secrets.ts';
import {
  type ApplyService,
  createApplyRepo,
  createApplyService,
} from '#server/features/apply/index.ts';
import { createAudit } from '#server/features/audit/index.ts';
import { createPasswords } from '#server/features/sessions/index.ts';
import { createUsersRepo } from '#server/features/users/index.ts';
import { createCipher } from '#server/infra/cipher.ts';
import { systemClock } from '#server/infra/clock.ts';
import { newId } from '#server/infra/ids.ts';
import { migrate } from '#server/infra/migrations/migrate.ts';
import { attachPostgres } from '#server/infra/postgres/attach.ts';
import { checkPostgres } from '#server/infra/postgres/check.ts';
import { createPool } from '#server/infra/postgres/pool.ts';
import { startPostgres } from '#server/infra/postgres/server.ts';
import { createPrisma } from '#server/infra/prisma/client.ts';
import { AppError } from '#shared/errors.ts';

/**
 * Runs `work` on the instance that the environment describes, whether its server runs or not, and
 * closes everything afterwards. Throws AppError or ConfigError when there is no getting in.
 */
export async function withApplyService<Result>(
  work: (service: ApplyService) => Promise<Result>,
): Promise<Result> {
  const config = readConfig();
  const postgres = await openPostgres(config);
  try {
    const { keyRing } = await createSecretsStore(config.dataDir, config.keyRing).read();
    await bringUpToDate(postgres.url);
    const db = createPrisma(postgres.url, { max: 2 });
    try {
      const service = createApplyService({
        repo: createApplyRepo(db, { now: Date.now, newId }),
        users: createUsersRepo(db),
        passwords: createPasswords(),
        audit: createAudit({ clock: systemClock }),
        cipher: createCipher(keyRing),
        newId,
      });
      return await work(service);
    } finally {
      await db.$disconnect();
    }
  } finally {
    await postgres.stop();
  }
}

type Opened = { url: string; stop(): Promise<void> };

/** The one of DATABASE_URL; else the embedded one, that of a running server or our own for the moment. */
export async function openPostgres({
  database,
  dataDir,
}: ReturnType<typeof readConfig>): Promise<Opened> {
  const stop = () => Promise.resolve();
  if (database.url !== null) {
    await checkPostgres(database.url);
    return { url: database.url, stop };
  }
  try {
    const warn = (line: string) => console.error(line);
    return await startPostgres({ dataDir, log: { info: () => undefined, warn, error: warn } });
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'conflict') throw error;
    return { url: await attachPostgres(dataDir), stop };
  }
}

/** Applies the migrations that are missing. */
export async function bringUpToDate(url: string): Promise<void> {
  const pool = createPool(url, { max: 1 });
  try {
    await migrate(pool, path.join(projectRoot, 'prisma', 'migrations'));
  } finally {
    await pool.end();
  }
}
