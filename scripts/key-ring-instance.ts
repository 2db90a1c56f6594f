import { readConfig } from '#server/config/config.ts';
import { createSecretsStore } from '#server/config/secrets.ts';
import { createAudit } from '#server/features/audit/index.ts';
import {
  createKeyRing,
  createKeyRingRepo,
  type KeyRingService,
} from '#server/features/key-ring/index.ts';
import { createTurningCipher } from '#server/infra/cipher.ts';
import { systemClock } from '#server/infra/clock.ts';
import { createPool } from '#server/infra/postgres/pool.ts';
import { createPrisma } from '#server/infra/prisma/client.ts';
import { bringUpToDate, openPostgres } from './apply-instance.ts';

const none = () => () => undefined;

/**
 * Runs `work` with the key ring of the instance that the environment describes, whether its server runs
 * or not. Throws AppError or ConfigError when there is no getting in.
 */
export async function withKeyRing(work: (ring: KeyRingService) => Promise<void>): Promise<void> {
  const config = readConfig();
  const postgres = await openPostgres(config);
  try {
    await bringUpToDate(postgres.url);
    const store = createSecretsStore(config.dataDir, config.keyRing);
    const { keyRing } = await store.read();
    const pool = createPool(postgres.url, { max: 2 });
    const db = createPrisma(postgres.url, { max: 2 });
    const ring = createKeyRing({
      ...{ store, db, server: null, clock: systemClock },
      repo: createKeyRingRepo(pool),
      cipher: createTurningCipher(keyRing),
      audit: createAudit({ clock: systemClock }),
      changes: { on: none, onGap: none },
      onError: (error) => console.error(error instanceof Error ? error.message : error),
    });
    try {
      await ring.open();
      await work(ring);
    } finally {
      await ring.close();
      await db.$disconnect();
      await pool.end();
    }
  } finally {
    await postgres.stop();
  }
}
