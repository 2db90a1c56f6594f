import { join } from 'node:path';
import type { Config } from './config/config.ts';
import { projectRoot } from './config/config.ts';
import { createSecretsStore } from './config/secrets.ts';
import { tokenKeys } from './config/token-keys.ts';
import { createTurningCipher } from './infra/cipher.ts';
import { type Clock, systemClock } from './infra/clock.ts';
import { createEvents } from './infra/events.ts';
import type { Log } from './infra/log.ts';
import { migrate } from './infra/migrations/migrate.ts';
import { createOutbound } from './infra/outbound/index.ts';
import { checkPostgres } from './infra/postgres/check.ts';
import { createPool } from './infra/postgres/pool.ts';
import { startPostgres } from './infra/postgres/server.ts';
import { createPrisma } from './infra/prisma/client.ts';

const MIGRATIONS = join(projectRoot, 'prisma/migrations');

export type InfraOptions = { config: Config; log: Log; clock?: Clock };

/**
 * Everything below the features: the database, brought to the newest migration, and the tools that
 * reach outside. Throws AppError or ConfigError with a message for the person at the terminal.
 */
export async function buildInfra({ config, log, clock = systemClock }: InfraOptions) {
  const keyRing = createSecretsStore(config.dataDir, config.keyRing);
  const secrets = await keyRing.read();
  const tokens = { keys: tokenKeys(config.tokens, secrets) };
  const postgres = await openPostgres(config, log);
  let stopping = false;
  const onConnectionError = (err: Error) => {
    // NOTE: Prisma does not wait for its connections to close, so stopping PostgreSQL cuts a few.
    if (!stopping) log.warn({ err }, 'a database connection broke');
  };
  const pool = createPool(postgres.url, { max: 10, onConnectionError });
  // NOTE: statistics over a month take seconds; they may not hold up the look-up of a key.
  const reports = createPool(postgres.url, { max: 2, onConnectionError });
  const db = createPrisma(postgres.url, { max: 10, onConnectionError });
  const events = createEvents({ url: postgres.url, log, clock });
  const outbound = createOutbound({ allow: config.upstream.allow, log });

  async function stop(): Promise<void> {
    stopping = true;
    await events.stop();
    await Promise.all([outbound.close(), db.$disconnect(), pool.end(), reports.end()]);
    await postgres.stop();
  }

  try {
    const applied = await migrate(pool, MIGRATIONS);
    if (applied.length > 0) log.info(`The database was brought up to date: ${applied.join(', ')}`);
    await events.start();
  } catch (error) {
    await stop();
    throw error;
  }
  const cipher = createTurningCipher(secrets.keyRing);
  return { clock, log, pool, reports, db, events, outbound, cipher, keyRing, tokens, stop };
}
export type Infra = Awaited<ReturnType<typeof buildInfra>>;

/** The database of DATABASE_URL, or the embedded one of the data folder. */
async function openPostgres(config: Config, log: Log) {
  const { url } = config.database;
  if (url === null) return startPostgres({ dataDir: config.dataDir, log });
  await checkPostgres(url);
  return { url, stop: () => Promise.resolve() };
}
