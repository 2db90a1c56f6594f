import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { AppError } from '#shared/errors.ts';
import { prepareBinaries } from './binaries.ts';
import { type DataDir, ensureDataDir, openDataDir } from './data-dir.ts';
import { explain, isPassing } from './explain.ts';
import { ensureCluster, SUPERUSER } from './initdb.ts';
import { lockDataDir } from './lock.ts';
import { stopOrphan } from './orphan.ts';
import { freePort, type Postmaster, type PostmasterOptions, runPostmaster } from './postmaster.ts';

type PostgresLog = {
  info(message: string): void;
  warn(message: string): void;
  error(message: string): void;
};

export type StartPostgresOptions = {
  /** Gatehouse's data directory; made when absent. */
  dataDir: string;
  log: PostgresLog;
  /** Told when PostgreSQL ended without being asked to; it is started again at the same URL. */
  onExit?: (reason: string) => void;
  /** Where root keeps what PostgreSQL's user cannot reach below the data directory. */
  spareHome?: string;
  /** Tests may pass false: faster, and lost when the machine (not the process) crashes. */
  durable?: boolean;
};

export type EmbeddedPostgres = {
  /** postgresql://… of the database `gatehouse`; carries the password. */
  url: string;
  /** Fast shutdown; resolves when PostgreSQL has ended and the directory is free again. */
  stop(): Promise<void>;
};

export const DATABASE = 'gatehouse';
const SPARE_HOME = '/var/lib/gatehouse';
const FAST_AND_LOOSE = { fsync: 'off', full_page_writes: 'off', synchronous_commit: 'off' };
/** Waits before each new try, in ms; the last one repeats. */
const RETRY_MS = [100, 500, 2000, 5000] as const;
const START_TRIES = 4;

/**
 * Starts the built-in PostgreSQL of a data directory and keeps it running until `stop()`.
 * Throws `conflict` when another Gatehouse has the directory, else `storage_unavailable`.
 */
export async function startPostgres(options: StartPostgresOptions): Promise<EmbeddedPostgres> {
  const { log, spareHome = SPARE_HOME, durable = true } = options;
  const dataDir = ensureDataDir(options.dataDir);
  const lock = lockDataDir(dataDir);
  try {
    const say = (line: string) => log.info(line);
    const dir = await openDataDir(dataDir, spareHome, say);
    const binaries = await prepareBinaries(dir.owner, spareHome, say);
    await ensureCluster(dir, binaries, { durable });
    if (await stopOrphan(dir.cluster)) {
      log.warn('Stopped the PostgreSQL that an earlier Gatehouse left running when it was killed.');
    }
    const common = { dir, binaries, settings: durable ? {} : FAST_AND_LOOSE, say };
    const first = await firstStart(common);
    if (!dir.initialised) await createDatabase(dir, first);
    const keeper = keepRunning(first, { ...common, port: first.port }, options);
    return {
      url: urlOf(dir, first.port, DATABASE),
      async stop() {
        await keeper.stop();
        lock.release();
      },
    };
  } catch (error) {
    lock.release();
    if (error instanceof AppError) throw error;
    throw new AppError(
      'storage_unavailable',
      `Cannot start the built-in PostgreSQL in ${dataDir}: ${explain(String(error), dataDir)}.`,
      { cause: error },
    );
  }
}

/** Tries again when the port was snatched meanwhile, or a killed server's last children are about. */
async function firstStart(options: Omit<PostmasterOptions, 'port'>): Promise<Postmaster> {
  for (let tries = 1; ; tries++) {
    try {
      return await runPostmaster({ ...options, port: await freePort() });
    } catch (error) {
      if (!isPassing(String(error)) || tries === START_TRIES) throw error;
      await sleep(retryDelay(tries));
    }
  }
}

async function createDatabase(dir: DataDir, { port, stop }: Postmaster): Promise<void> {
  const client = new pg.Client({ connectionString: urlOf(dir, port, 'postgres') });
  try {
    await client.connect();
    const found = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [DATABASE]);
    if (found.rowCount === 0) await client.query(`CREATE DATABASE ${DATABASE}`);
    await dir.markInitialised();
  } catch (error) {
    await stop();
    throw error;
  } finally {
    await client.end();
  }
}

type Keeper = { stop(): Promise<void> };

function keepRunning(
  first: Postmaster,
  options: PostmasterOptions,
  { log, onExit }: StartPostgresOptions,
): Keeper {
  const stopping = new AbortController();
  let current: Postmaster | null = first;

  async function watch(): Promise<void> {
    while (current) {
      const reason = await current.ended;
      current = null;
      if (stopping.signal.aborted) return;
      log.error(`PostgreSQL ended by itself (${reason}). Starting it again.`);
      onExit?.(reason);
      for (let tries = 1; !current && !stopping.signal.aborted; tries++) {
        current = await again(tries);
      }
    }
  }

  async function again(tries: number): Promise<Postmaster | null> {
    try {
      await sleep(retryDelay(tries), undefined, { signal: stopping.signal });
      const postmaster = await runPostmaster(options);
      log.info('PostgreSQL is running again.');
      return postmaster;
    } catch (error) {
      if (!stopping.signal.aborted) log.error(error instanceof Error ? error.message : 'failed');
      return null;
    }
  }

  const watching = watch();
  return {
    async stop() {
      stopping.abort();
      await current?.stop();
      await watching;
      // A restart that was under way when we were asked may have succeeded after all.
      await current?.stop();
    },
  };
}

function retryDelay(tries: number): number {
  return RETRY_MS[Math.min(tries, RETRY_MS.length) - 1] ?? 5000;
}

/** How to get in; carries the password. */
export function urlOf(
  { password }: Pick<DataDir, 'password'>,
  port: number,
  database: string,
): string {
  return `postgresql://${SUPERUSER}:${password}@127.0.0.1:${port}/${database}`;
}
