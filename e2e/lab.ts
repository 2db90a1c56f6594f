import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import OpenAI from 'openai';
import { attachPostgres } from '#server/infra/postgres/attach.ts';
import type { LimitName } from '#shared/schemas/quotas.ts';
import { startGatehouse } from './gatehouse.ts';
import { startUpstream } from './upstream.ts';

export const PASSWORD = 'correct horse battery staple';
export const KEY = 'gh-e2e0000000000000000000000000000000000000000';

export type LabOptions = {
  /** Limits of the key `KEY`. */
  limits?: Partial<Record<LimitName, number>>;
  env?: Record<string, string>;
};

/**
 * A Gatehouse set up from a file in front of a platform in another process: admin `ada`, member
 * `ben`, one shared account, the model `gpt-lab`, and ada's key.
 */
export async function startLab({ limits = {}, env = {} }: LabOptions = {}) {
  const upstream = await startUpstream();
  const options = {
    env,
    apply: {
      users: [
        { username: 'ada', password: PASSWORD, role: 'admin' },
        { username: 'ben', password: PASSWORD, role: 'member' },
      ],
      platforms: [{ id: 'lab', protocol: 'openai-chat', baseUrl: upstream.url }],
      accounts: [
        { platform: 'lab', name: 'lab-1', owner: 'ada', apiKey: 'lab-key-1', shared: true },
      ],
      models: [
        {
          name: 'gpt-lab',
          routes: [{ platform: 'lab', model: 'tiny', weight: 1 }],
          price: { input: 0.15, output: 0.6 },
        },
      ],
      keys: [{ owner: 'ada', name: 'e2e', secret: KEY, limits }],
    },
  };
  const first = await startGatehouse(options);
  let gatehouse = first;
  let up = Promise.resolve();
  return {
    upstream,
    get url() {
      return gatehouse.url;
    },
    get gatehouse() {
      return gatehouse;
    },
    /** The official client; it does not retry, so that a test sees every answer. */
    client: (apiKey = KEY) => new OpenAI({ apiKey, baseURL: `${gatehouse.url}/v1`, maxRetries: 0 }),
    /** Kills the server as a power cut would and starts it again over the same data. */
    async crashAndRestart(): Promise<void> {
      const { promise, resolve } = Promise.withResolvers<void>();
      up = promise;
      await gatehouse.kill();
      gatehouse = await startGatehouse({ ...options, dataDir: gatehouse.dataDir });
      resolve();
    },
    /** Resolves when a server listens. */
    get up() {
      return up;
    },
    /** Where the server's database is asked directly; carries the password. */
    databaseUrl: () => attachPostgres(gatehouse.dataDir),
    /** Another server on the same database, with a journal of its own. */
    async startSibling(own: Record<string, string> = {}) {
      const dataDir = await mkdtemp(join(tmpdir(), 'gatehouse-e2e-'));
      // What one server sealed the other has to open.
      await copyFile(join(gatehouse.dataDir, 'secrets.json'), join(dataDir, 'secrets.json'));
      const DATABASE_URL = await attachPostgres(gatehouse.dataDir);
      const sibling = await startGatehouse({ dataDir, env: { ...env, DATABASE_URL, ...own } });
      return {
        ...sibling,
        async [Symbol.asyncDispose]() {
          await sibling[Symbol.asyncDispose]();
          await rm(dataDir, { recursive: true, force: true });
        },
      };
    },
    async [Symbol.asyncDispose]() {
      await gatehouse[Symbol.asyncDispose]();
      // The folder goes with the server that made it, however many came after.
      if (gatehouse !== first) await first[Symbol.asyncDispose]();
      await upstream[Symbol.asyncDispose]();
    },
  };
}
export type Lab = Awaited<ReturnType<typeof startLab>>;

/** What a chat is to be beyond a word or two; `metadata` tells the platform how to answer. */
export type ChatWish = { stream?: boolean; max_tokens?: number; metadata?: Record<string, string> };

/** One chat at a server, with the lab's key. */
export const chat = (url: string, wish: ChatWish = {}, key = KEY) =>
  fetch(`${url}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}` },
    body: JSON.stringify({
      model: 'gpt-lab',
      messages: [{ role: 'user', content: 'Say hello' }],
      ...wish,
    }),
  });

/** Signs in over HTTP and returns a caller of the console's procedures. */
export async function signIn(url: string, username = 'ada', password = PASSWORD) {
  let cookie = '';
  async function call(method: 'GET' | 'POST', path: string, input?: unknown) {
    const query =
      method === 'GET' ? `?input=${encodeURIComponent(JSON.stringify(input ?? {}))}` : '';
    const res = await fetch(`${url}/trpc/${path}${input === undefined ? '' : query}`, {
      method,
      headers: { origin: url, cookie, 'content-type': 'application/json' },
      ...(method === 'POST' && { body: JSON.stringify(input ?? null) }),
    });
    cookie = res.headers.get('set-cookie')?.split(';')[0] ?? cookie;
    const json = (await res.json()) as { result?: { data: unknown }; error?: { message: string } };
    if (json.error) throw new Error(`${path}: ${json.error.message}`);
    return json.result?.data;
  }
  await call('POST', 'sessions.signIn', { username, password });
  return {
    query: <T>(path: string, input?: unknown) => call('GET', path, input) as Promise<T>,
    mutate: <T>(path: string, input?: unknown) => call('POST', path, input) as Promise<T>,
  };
}
