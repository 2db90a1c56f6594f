import { existsSync } from 'node:fs';
import { chmod, chown, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { AppError } from '#shared/errors.ts';
import type { Binaries } from './binaries.ts';
import type { DataDir } from './data-dir.ts';
import { explain } from './explain.ts';
import { ensurePublicFolder } from './owner.ts';
import { spawnAs } from './spawn.ts';

/** The superuser, and owner, of the embedded database. */
export const SUPERUSER = 'gatehouse';

/**
 * Makes the cluster unless it is there; made aside and renamed, so a half-made one is never used.
 * Throws `storage_unavailable` when that fails or an existing one is of another major version.
 */
export async function ensureCluster(
  dir: DataDir,
  binaries: Binaries,
  { durable }: { durable: boolean },
): Promise<void> {
  if (existsSync(path.join(dir.cluster, 'PG_VERSION'))) return assertMajor(dir.cluster, binaries);
  const unfinished = `${dir.cluster}.new`;
  const passwordFile = `${dir.cluster}.password`;
  await rm(unfinished, { recursive: true, force: true });
  await ensurePublicFolder(path.dirname(dir.cluster));
  try {
    await mkdir(unfinished, { mode: 0o700 });
    await writeFile(passwordFile, dir.password, { mode: 0o600 });
    if (dir.owner) {
      const { uid, gid } = dir.owner;
      await chown(unfinished, uid, gid);
      await chown(passwordFile, uid, gid);
      await chmod(unfinished, 0o700);
    }
    await runInitdb(dir, binaries, { unfinished, passwordFile, durable });
    await rename(unfinished, dir.cluster);
  } catch (cause) {
    await rm(unfinished, { recursive: true, force: true });
    if (cause instanceof AppError) throw cause;
    throw cannotMake(dir, explain(String(cause), dir.path), cause);
  } finally {
    await rm(passwordFile, { force: true });
  }
}

type Making = { unfinished: string; passwordFile: string; durable: boolean };

async function runInitdb(dir: DataDir, binaries: Binaries, making: Making): Promise<void> {
  const child = await spawnAs(
    dir.owner,
    [
      binaries.initdb,
      `--pgdata=${making.unfinished}`,
      `--pwfile=${making.passwordFile}`,
      `--username=${SUPERUSER}`,
      // Not trust: on a shared machine every local user could walk in.
      '--auth=scram-sha-256',
      // The built-in provider sorts and folds the same on every machine, whatever its locales.
      '--encoding=UTF8',
      '--locale=C',
      '--locale-provider=builtin',
      '--builtin-locale=C.UTF-8',
      '--no-instructions',
      ...(making.durable ? [] : ['--no-sync']),
    ],
    { stdout: 'ignore', stderr: 'pipe' },
  );
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  const printed = child.stderr ? await text(child.stderr) : '';
  const code = await ended;
  if (code !== 0) throw cannotMake(dir, explain(printed, dir.path), printed);
}

function cannotMake(dir: DataDir, why: string, cause: unknown): AppError {
  return new AppError(
    'storage_unavailable',
    `Cannot create the database at ${dir.cluster}: ${why}.`,
    { cause },
  );
}

async function assertMajor(cluster: string, { major }: Binaries): Promise<void> {
  const found = Number.parseInt(await readFile(path.join(cluster, 'PG_VERSION'), 'utf8'), 10);
  if (found === major) return;
  throw new AppError(
    'storage_unavailable',
    `The database at ${cluster} was made by PostgreSQL ${found}, this Gatehouse brings PostgreSQL ${major}. Start the release that made it, or move the data to a PostgreSQL of your own and set DATABASE_URL.`,
  );
}
