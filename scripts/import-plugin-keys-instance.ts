import path from 'node:path';
import { projectRoot, readConfig, readOldEncryptionKey } from '#server/config/config.ts';
import { createSecretsStore } from '#server/config/secrets.ts';
import {
  createPluginKeysRepo,
  type ImportResult,
  importPluginKeys,
} from '#server/features/plugin-api/index.ts';
import { createCipher } from '#server/infra/cipher.ts';
import { systemClock } from '#server/infra/clock.ts';
import { createFernetReader } from '#server/infra/fernet.ts';
import { newId } from '#server/infra/ids.ts';
import { migrate } from '#server/infra/migrations/migrate.ts';
import { createPool } from '#server/infra/postgres/pool.ts';
import { createPrisma } from '#server/infra/prisma/client.ts';
import { AppError } from '#shared/errors.ts';
import { openPostgres } from './apply-instance.ts';

/** Imports into the instance that the environment describes, whether its server runs or not. */
export async function importInto(
  text: string,
  options: { write: boolean },
): Promise<ImportResult[]> {
  const config = readConfig();
  const fernetKey = readOldEncryptionKey();
  if (fernetKey === null) {
    throw new AppError('bad_request', 'Set PLUGIN_API_ENCRYPTION_KEY to the older Fernet key.');
  }
  const open = createFernetReader(fernetKey);
  const postgres = await openPostgres(config);
  try {
    const { keyRing } = await createSecretsStore(config.dataDir, config.keyRing).read();
    await bringUpToDate(postgres.url);
    const db = createPrisma(postgres.url, { max: 2 });
    try {
      const repo = createPluginKeysRepo(db);
      const tools = { cipher: createCipher(keyRing), clock: systemClock, newId, open, repo };
      return await importPluginKeys(tools, text, options);
    } finally {
      await db.$disconnect();
    }
  } finally {
    await postgres.stop();
  }
}

async function bringUpToDate(url: string): Promise<void> {
  const pool = createPool(url, { max: 1 });
  try {
    await migrate(pool, path.join(projectRoot, 'prisma', 'migrations'));
  } finally {
    await pool.end();
  }
}
