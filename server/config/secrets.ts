import { randomBytes } from 'node:crypto';
import { chmod, mkdir, open, readFile, rename, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { ConfigError } from './env.ts';

const Key = z
  .string()
  .refine((text) => Buffer.from(text, 'base64').length === 32, 'not 32 bytes of base64');

const SecretsFile = z.strictObject({
  /** Which key seals new values; the others only open old ones. */
  currentKey: z.string(),
  keys: z.record(z.string().regex(/^[a-z0-9]{1,16}$/), Key),
});

export type Secrets = { keyRing: { current: string; keys: Readonly<Record<string, Buffer>> } };

/** Where a ring is kept: a file that may be written, or the environment, which may not. */
export type SecretsStore = {
  from: 'file' | 'environment';
  read(): Promise<Secrets>;
  /** All of it or nothing, mode 0600. Throws ConfigError where the ring is not in a file. */
  write(secrets: Secrets): Promise<void>;
};

/** The ring of KEY_RING where that is set, else of `secrets.json` in the data folder. */
export function createSecretsStore(dataDir: string, given: string | null): SecretsStore {
  if (given !== null) {
    return {
      from: 'environment',
      read: async () => parse('KEY_RING', given),
      write: async () => {
        throw new ConfigError('The key ring is in KEY_RING: change it there, on every server.');
      },
    };
  }
  return {
    from: 'file',
    read: () => loadSecrets(dataDir),
    write: ({ keyRing }) => {
      const keys = Object.entries(keyRing.keys).map(([id, key]) => [id, key.toString('base64')]);
      return save(dataDir, { currentKey: keyRing.current, keys: Object.fromEntries(keys) });
    },
  };
}

/**
 * Reads `secrets.json` in the data folder, or makes it at the first start (mode 0600).
 * @throws ConfigError when it is damaged or readable by others: losing it loses every sealed
 *   credential, so it is never replaced silently.
 */
export async function loadSecrets(dataDir: string): Promise<Secrets> {
  const path = join(dataDir, 'secrets.json');
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw new ConfigError(`Cannot read ${path}: ${error.message}`);
  });
  if (text === null) return create(dataDir, path);
  if (process.platform !== 'win32' && ((await stat(path)).mode & 0o077) !== 0) {
    throw new ConfigError(`${path} can be read by other users. Run: chmod 600 ${path}`);
  }
  return parse(path, text);
}

function parse(path: string, text: string): Secrets {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    json = null;
  }
  const file = SecretsFile.safeParse(json);
  if (!file.success || !(file.data.currentKey in file.data.keys)) {
    throw new ConfigError(
      `${path} is damaged. Restore it from a backup: without it no stored credential can be opened.`,
    );
  }
  const keys = Object.entries(file.data.keys).map(([id, key]) => [id, Buffer.from(key, 'base64')]);
  return { keyRing: { current: file.data.currentKey, keys: Object.fromEntries(keys) } };
}

async function create(dataDir: string, path: string): Promise<Secrets> {
  await mkdir(dataDir, { recursive: true });
  const made = { currentKey: 'k1', keys: { k1: randomBytes(32).toString('base64') } };
  await save(dataDir, made);
  return parse(path, JSON.stringify(made));
}

/** Written aside and renamed, so a crash leaves the file as it was or as it is to be. */
async function save(dataDir: string, secrets: z.infer<typeof SecretsFile>): Promise<void> {
  const path = join(dataDir, 'secrets.json');
  const aside = `${path}.new`;
  const file = await open(aside, 'w', 0o600);
  try {
    await file.writeFile(`${JSON.stringify(secrets)}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
  await chmod(aside, 0o600);
  await rename(aside, path);
  if (process.platform === 'win32') return;
  const folder = await open(dataDir, 'r');
  await folder.sync().finally(() => folder.close());
}
