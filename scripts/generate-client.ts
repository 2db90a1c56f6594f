import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';

const ROOT = path.resolve(import.meta.dirname, '..');
const PRISMA = path.join(ROOT, 'node_modules', 'prisma');

/**
 * Writes the Prisma client that belongs to prisma/schema.prisma, unless it is there already.
 * Needs no network and no install script. Returns whether it had to.
 */
export async function ensureClient(root: string = ROOT): Promise<boolean> {
  const client = path.join(root, 'server', 'infra', 'prisma', 'generated');
  const cache = path.join(root, '.cache');
  const stamp = path.join(cache, 'prisma-client.sha256');
  const [schema, prismaPackage] = await Promise.all([
    readFile(path.join(root, 'prisma', 'schema.prisma'), 'utf8'),
    readFile(path.join(PRISMA, 'package.json'), 'utf8'),
  ]);
  const version = createHash('sha256').update(schema).update(prismaPackage).digest('hex');
  const current = await readFile(stamp, 'utf8').catch(() => '');
  if (current === version && existsSync(path.join(client, 'client.ts'))) return false;
  await generate(schema, client, path.join(cache, `prisma-client-${process.pid}`));
  await writeFile(stamp, version);
  return true;
}

/** Generates aside and swaps, so that whoever imports the client meanwhile never sees half of it. */
async function generate(schema: string, client: string, aside: string): Promise<void> {
  const schemaCopy = path.join(aside, 'schema.prisma');
  try {
    await mkdir(aside, { recursive: true });
    await writeFile(schemaCopy, schema.replace(/^(\s*output\s*=\s*).*$/m, '$1"./generated"'));
    await runPrisma(['generate', '--schema', schemaCopy]);
    await mkdir(path.dirname(client), { recursive: true });
    if (existsSync(client)) await rename(client, path.join(aside, 'old'));
    await rename(path.join(aside, 'generated'), client);
  } finally {
    await rm(aside, { recursive: true, force: true });
  }
}

async function runPrisma(args: readonly string[]): Promise<void> {
  // NOTE: Prisma downloads a schema engine at run time unless it is given one. `generate` never
  // calls it, so any program that exists will do; `migrate` would, and silently do nothing: hence
  // our own runner in server/infra/migrations.
  const env = {
    PRISMA_SCHEMA_ENGINE_BINARY: process.execPath,
    CHECKPOINT_DISABLE: '1',
    PRISMA_HIDE_UPDATE_MESSAGE: '1',
    PATH: path.dirname(process.execPath),
  };
  const program = path.join(PRISMA, 'build', 'index.js');
  try {
    await promisify(execFile)(process.execPath, [program, ...args], { cwd: ROOT, env });
  } catch (error) {
    const printed = error instanceof Error && 'stderr' in error ? String(error.stderr) : '';
    throw new Error(`prisma ${args[0] ?? ''} failed:\n${printed}`, { cause: error });
  }
}

if (import.meta.main && (await ensureClient())) {
  console.log('Generated the Prisma client.');
}
