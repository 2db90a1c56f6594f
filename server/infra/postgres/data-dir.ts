import { createHash, randomBytes } from 'node:crypto';
import {
  accessSync,
  chmodSync,
  constants,
  existsSync,
  mkdirSync,
  realpathSync,
  statSync,
} from 'node:fs';
import { readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { AppError } from '#shared/errors.ts';
import { chooseOwner, firstClosedFolder, type Owner } from './owner.ts';

/** `postgres.json` in the data directory: where the database lies and how to get in. */
const Marker = z.object({
  /** Absolute, or relative to the data directory. */
  cluster: z.string().min(1),
  password: z.string().min(1),
  /** True once the database was made; from then on it is never made again. */
  initialised: z.boolean(),
});
type Marker = z.infer<typeof Marker>;

export type DataDir = {
  path: string;
  /** PostgreSQL's own directory. */
  cluster: string;
  owner: Owner;
  password: string;
  initialised: boolean;
  markInitialised(): Promise<void>;
};

/** Makes the data directory if need be and returns its real path. Throws `storage_unavailable`. */
export function ensureDataDir(dataDir: string): string {
  try {
    // Root's PostgreSQL runs as another user, who must pass (not list) the directory.
    mkdirSync(dataDir, { recursive: true, mode: process.getuid?.() === 0 ? 0o711 : 0o700 });
    accessSync(dataDir, constants.R_OK | constants.W_OK | constants.X_OK);
    return realpathSync(dataDir);
  } catch (cause) {
    throw new AppError(
      'storage_unavailable',
      `Cannot use the data directory ${dataDir} (${String(cause)}). Point DATA_DIR at a place this user may write to; if Gatehouse ran as root before, start it as root again or give this user the directory with chown -R.`,
      { cause },
    );
  }
}

/**
 * Reads, or on the first start decides, where the database of `dataDir` lies: inside, unless
 * PostgreSQL's user cannot get there; then below `spareHome`, and `say` gets a line about it.
 * Throws `storage_unavailable` when a database that was there is gone or out of reach.
 */
export async function openDataDir(
  dataDir: string,
  spareHome: string,
  say: (line: string) => void,
): Promise<DataDir> {
  const file = path.join(dataDir, 'postgres.json');
  const marker = (await readMarker(file)) ?? decidePlace(dataDir, spareHome, say);
  const cluster = path.resolve(dataDir, marker.cluster);
  if (marker.initialised) assertPresent(cluster, file);
  else await writeMarker(file, marker);
  const owner = chooseOwner(cluster);
  assertReachable(path.dirname(cluster), owner);
  assertOurs(cluster);
  return {
    path: dataDir,
    cluster,
    owner,
    password: marker.password,
    initialised: marker.initialised,
    markInitialised: () => writeMarker(file, { ...marker, initialised: true }),
  };
}

/** Where the finished database of a data directory lies, or null; changes nothing on disk. */
export async function findDatabase(
  dataDir: string,
): Promise<Pick<DataDir, 'cluster' | 'password'> | null> {
  const marker = await readMarker(path.join(dataDir, 'postgres.json'));
  if (!marker?.initialised) return null;
  return { cluster: path.resolve(dataDir, marker.cluster), password: marker.password };
}

async function readMarker(file: string): Promise<Marker | null> {
  if (!existsSync(file)) return null;
  try {
    return Marker.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch (cause) {
    throw new AppError(
      'storage_unavailable',
      `${file} is damaged. It holds the database's password and place: restore it from a backup.`,
      { cause },
    );
  }
}

async function writeMarker(file: string, marker: Marker): Promise<void> {
  await writeFile(`${file}.new`, `${JSON.stringify(marker, null, 2)}\n`, {
    mode: 0o600,
    flush: true,
  });
  await rename(`${file}.new`, file);
}

function decidePlace(dataDir: string, spareHome: string, say: (line: string) => void): Marker {
  const password = randomBytes(24).toString('hex');
  const owner = chooseOwner(path.join(dataDir, 'postgres'));
  let closed = firstClosedFolder(dataDir, owner);
  if (closed === dataDir) {
    chmodSync(dataDir, statSync(dataDir).mode | 0o011);
    closed = null;
  }
  if (closed === null) return { cluster: 'postgres', password, initialised: false };
  // The password in the name: a new data directory at the same path must not meet an old database.
  const id = createHash('sha256').update(`${dataDir}\0${password}`).digest('hex').slice(0, 16);
  const cluster = path.join(spareHome, id);
  say(
    `The database is kept at ${cluster}: PostgreSQL does not run as root, and its user cannot pass ${closed}.`,
  );
  return { cluster, password, initialised: false };
}

function assertPresent(cluster: string, file: string): void {
  try {
    if (statSync(path.join(cluster, 'PG_VERSION'), { throwIfNoEntry: false })) return;
  } catch {
    return; // Not ours to read: assertOurs says so better.
  }
  throw new AppError(
    'storage_unavailable',
    `The database of this data directory lay at ${cluster} and is gone. Put it back, or delete ${file} to begin with an empty one.`,
  );
}

function assertReachable(parent: string, owner: Owner): void {
  const existing = existsSync(parent) ? parent : path.dirname(parent);
  const closed = existsSync(existing) ? firstClosedFolder(existing, owner) : null;
  if (closed === null) return;
  throw new AppError(
    'storage_unavailable',
    `PostgreSQL runs as user ${owner?.uid ?? 'unknown'}, who cannot pass ${closed}. Allow it with "chmod o+x ${closed}", or move the data directory.`,
  );
}

function assertOurs(cluster: string): void {
  const found = statSync(cluster, { throwIfNoEntry: false });
  const me = process.getuid?.();
  if (!found || me === undefined || me === 0 || found.uid === me) return;
  throw new AppError(
    'storage_unavailable',
    `The database at ${cluster} belongs to user ${found.uid}, but Gatehouse runs as user ${me}${found.uid === 65534 ? ' (it ran as root before)' : ''}. Start it as before, or give it over as root: chown -R ${me} ${cluster}`,
  );
}
