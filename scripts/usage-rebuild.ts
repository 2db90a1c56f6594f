import path from 'node:path';
import { ensureClient } from './generate-client.ts';

/** Sums up usage anew, whether the server runs or not. */
async function main(): Promise<void> {
  // The Prisma client may have to be made first, hence no static import of what needs it.
  await ensureClient();
  const { projectRoot, readConfig } = await import('#server/config/config.ts');
  const { rebuildRollups } = await import('#server/features/usage/index.ts');
  const { migrate } = await import('#server/infra/migrations/migrate.ts');
  const { createPool } = await import('#server/infra/postgres/pool.ts');
  const { openPostgres } = await import('./apply-instance.ts');
  const config = readConfig();
  const postgres = await openPostgres(config);
  try {
    const pool = createPool(postgres.url, { max: 2 });
    try {
      await migrate(pool, path.join(projectRoot, 'prisma', 'migrations'));
      const days = await rebuildRollups({ pool, zone: config.quotas.zone });
      console.log(`Usage of ${days} days was summed up anew in the zone ${config.quotas.zone}.`);
    } finally {
      await pool.end();
    }
  } finally {
    await postgres.stop();
  }
}

await main().catch((error: unknown) => {
  process.exitCode = 1;
  console.error(error instanceof Error ? error.message : error);
});
