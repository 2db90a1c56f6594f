import { closeSync, existsSync, openSync, renameSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { AppError } from '#shared/errors.ts';
import type { Binaries } from './binaries.ts';
import type { DataDir } from './data-dir.ts';
import { explain, logSince } from './explain.ts';
import { readPostmasterFile } from './orphan.ts';
import { spawnAs } from './spawn.ts';

/** A log larger than this (bytes) is set aside as postgres.log.1 at the next start. */
const LOG_LIMIT = 5_000_000;

/** How long a fast shutdown may take before PostgreSQL is told to drop everything at once. */
const PATIENCE_MS = 20_000;

/** A start that takes longer is explained: after a crash the log of changes is replayed first. */
const SLOW_MS = 3000;

export type Postmaster = {
  pid: number;
  port: number;
  /** Resolves when the process has ended, with the reason in words. */
  ended: Promise<string>;
  /** Ends open statements, writes a checkpoint, and waits for the end. */
  stop(): Promise<void>;
};

export type PostmasterOptions = {
  dir: DataDir;
  binaries: Binaries;
  port: number;
  /** Further settings, e.g. `{ fsync: 'off' }`. */
  settings: Readonly<Record<string, string>>;
  /** Gets a line when the start takes long. */
  say: (line: string) => void;
};

/** Starts PostgreSQL and waits until it takes connections. Throws `storage_unavailable`. */
export async function runPostmaster(options: PostmasterOptions): Promise<Postmaster> {
  const { dir, port } = options;
  const logFile = path.join(dir.path, 'postgres.log');
  const { fd, offset } = openLog(logFile);
  const child = await spawnAs(dir.owner, command(options), { stdout: fd, stderr: fd })
    .catch((cause: unknown) => {
      throw cannotStart(explain(String(cause), dir.cluster), logFile, cause);
    })
    .finally(() => closeSync(fd));
  const { pid } = child;
  if (pid === undefined) throw cannotStart('it got no process', logFile, undefined);
  let running = true;
  const ended = new Promise<string>((resolve) =>
    child.once('exit', (code, signal) => {
      running = false;
      const how = signal ? `ended by ${signal}` : `exit code ${code}`;
      resolve(`${how}: ${explain(logSince(logFile, offset), dir.cluster)}`);
    }),
  );
  const slow = setTimeout(() => options.say(slowLine(logFile)), SLOW_MS);
  while (running && !isReady(dir.cluster, pid)) await sleep(5);
  clearTimeout(slow);
  if (!running) throw cannotStart(await ended, logFile, undefined);
  return {
    pid,
    port,
    ended,
    async stop() {
      if (!running) return;
      process.kill(pid, 'SIGINT');
      const timer = setTimeout(() => running && process.kill(pid, 'SIGQUIT'), PATIENCE_MS);
      await ended;
      clearTimeout(timer);
    },
  };
}

/** A port of 127.0.0.1 that is free right now, as the system chooses. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no port on 127.0.0.1');
  return address.port;
}

function command({
  dir,
  binaries,
  port,
  settings,
}: PostmasterOptions): [program: string, ...args: string[]] {
  const all = {
    listen_addresses: '127.0.0.1',
    port: String(port),
    unix_socket_directories: '',
    max_connections: '100',
    timezone: 'UTC',
    log_timezone: 'UTC',
    log_checkpoints: 'off',
    // Statements may carry what must not be in a log.
    log_min_error_statement: 'panic',
    ...settings,
  };
  const flags = Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  return [binaries.postgres, '-D', dir.cluster, ...flags];
}

function isReady(cluster: string, pid: number): boolean {
  const file = readPostmasterFile(cluster);
  return file?.pid === pid && file.status === 'ready';
}

function openLog(file: string): { fd: number; offset: number } {
  if (existsSync(file) && statSync(file).size > LOG_LIMIT) renameSync(file, `${file}.1`);
  // A file, not a pipe: PostgreSQL outlives us when we are killed, and must not write into nothing.
  const fd = openSync(file, 'a', 0o600);
  return { fd, offset: statSync(file).size };
}

function slowLine(logFile: string): string {
  return `PostgreSQL is still starting; after a crash it repairs the database first (see ${logFile}).`;
}

function cannotStart(why: string, logFile: string, cause: unknown): AppError {
  return new AppError(
    'storage_unavailable',
    `PostgreSQL did not start: ${why}. Its log is ${logFile}.`,
    { cause },
  );
}
