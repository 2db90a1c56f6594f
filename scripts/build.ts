import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { glob, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { root } from './run.ts';

const stamp = join(root, '.cache/web.sha256');
const sources = ['web/**/*', 'shared/**/*.ts', 'vite.config.ts', 'package-lock.json'];
const notSources = /(^|\/)(dist|tsconfig\.json)(\/|$)|\.test\.tsx?$/;

/** Builds the web app into web/dist, unless it was built from exactly these sources before. */
export async function ensureWeb({ force = false } = {}): Promise<void> {
  const hash = await hashOfSources();
  const built = await readFile(stamp, 'utf8').catch(() => '');
  if (!force && built === hash && existsSync(join(root, 'web/dist/index.html'))) return;
  console.log('Building the console …');
  const { build } = await import('vite');
  await build({ configFile: join(root, 'vite.config.ts'), logLevel: 'warn' });
  await mkdir(join(root, '.cache'), { recursive: true });
  await writeFile(stamp, hash);
}

async function hashOfSources(): Promise<string> {
  const files: string[] = [];
  for await (const entry of glob(sources, { cwd: root, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isFile() && !notSources.test(path.slice(root.length + 1))) files.push(path);
  }
  const hash = createHash('sha256');
  for (const path of files.sort()) {
    hash
      .update(path.slice(root.length))
      .update('\0')
      .update(await readFile(path));
  }
  return hash.digest('hex');
}

if (import.meta.main) await ensureWeb({ force: process.argv.includes('--force') });
