import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { attachPostgres } from '#server/infra/postgres/attach.ts';
import { createPool } from '#server/infra/postgres/pool.ts';
import type { Protocol } from '#shared/schemas/platforms.ts';
import { type Server, startServer } from '../processes.ts';

/** Above what a run can reach, so that every limit is counted and none refuses. */
const LIMITS = { rpm: 1_000_000, tokensPerDay: 1_000_000_000_000 };
const PROFILING = ['--import', './bench/profile-hook.ts'];
/** Arguments of Node for a process that tells its memory and CPU time when asked. */
export const TELLING_USAGE = ['--expose-gc', '--import', './bench/usage-hook.ts'];
/** Who may do everything in the console. */
export const ADMIN = { username: 'bench', password: `pw-${randomBytes(16).toString('hex')}` };

/** A Gatehouse's data folder, set up for the benchmark; removed at the end. */
export type GatewayHome = AsyncDisposable & {
  key: string;
  /** Its path. */
  folder: string;
  start(how?: StartOptions): Promise<Server>;
};

export type StartOptions = {
  /** File to write a CPU profile to; null = none is taken. */
  profile?: string | null;
  /** Whether it tells its memory and CPU time when asked `memory` or `cpu`. */
  tellsUsage?: boolean;
  /** Settings that differ. */
  env?: Readonly<Record<string, string>>;
};

/** A platform, and the model that it serves here. */
export type Supply = { id: string; protocol: Protocol; baseUrl: string; model: string };

/** Makes a data folder whose key, limits, accounts, models and prices are all in use. */
export async function makeGatewayHome(supplies: readonly Supply[]): Promise<GatewayHome> {
  const folder = await mkdtemp(join(tmpdir(), 'gatehouse-bench-'));
  const key = `gh-${randomBytes(24).toString('hex')}`;
  const setUp = {
    users: [{ ...ADMIN, role: 'admin', limits: LIMITS }],
    platforms: supplies.map(({ model: _, ...platform }) => platform),
    accounts: supplies.flatMap(({ id }) =>
      ['bench-1', 'bench-2', 'bench-3'].map((name) => ({
        platform: id,
        name,
        owner: ADMIN.username,
        apiKey: `upstream-${name}`,
        shared: true,
      })),
    ),
    models: supplies.map(({ id, model }) => ({
      name: model,
      routes: [{ platform: id, model: 'tiny', weight: 1 }],
      price: { input: 0.15, output: 0.6 },
    })),
    keys: [{ owner: ADMIN.username, name: 'bench', secret: key, limits: LIMITS }],
  };
  const file = join(folder, 'apply.json');
  await writeFile(file, JSON.stringify(setUp), { mode: 0o600 });
  return {
    key,
    folder,
    start: ({ profile = null, tellsUsage = false, env = {} } = {}) =>
      startServer({
        args: [
          ...(profile === null ? [] : PROFILING),
          ...(tellsUsage ? TELLING_USAGE : []),
          'server/main.ts',
        ],
        talks: tellsUsage,
        env: {
          HOST: '127.0.0.1',
          PORT: '0',
          DATA_DIR: folder,
          DATABASE_URL: '',
          REDIS_URL: '',
          LOG_LEVEL: 'warn',
          OUTBOUND_ALLOW: '127.0.0.1',
          GATEHOUSE_APPLY: file,
          ...(profile !== null && { BENCH_PROFILE: resolve(profile) }),
          ...env,
        },
      }),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}

const WRITTEN_WITHIN_MS = 60_000;

/** Usage rows a Gatehouse has of the last hour, once everything it answered is in its database. */
export async function countUsageRows(url: string): Promise<number> {
  await allWritten(url);
  const headers = { origin: url, 'content-type': 'application/json' };
  const signedIn = await fetch(`${url}/trpc/sessions.signIn`, {
    method: 'POST',
    headers,
    body: JSON.stringify(ADMIN),
  });
  const cookie = signedIn.headers.get('set-cookie')?.split(';')[0] ?? '';
  const input = encodeURIComponent(JSON.stringify({ range: 'hour', scope: 'all' }));
  const answer = await fetch(`${url}/trpc/usage.summary?input=${input}`, {
    headers: { ...headers, cookie },
  });
  if (!answer.ok) throw new Error(`The usage summary answered ${answer.status}.`);
  const json = (await answer.json()) as {
    result: { data: { totals: { requests: number } } };
  };
  return json.result.data.totals.requests;
}

/** Usage rows in the PostgreSQL that a running Gatehouse has in its folder, of all times. */
export async function countStoredRows({ folder }: Pick<GatewayHome, 'folder'>): Promise<number> {
  const pool = createPool(await attachPostgres(folder), { max: 1, statementTimeoutMs: 0 });
  try {
    const { rows } = await pool.query<{ count: number }>('SELECT count(*)::int FROM usage');
    return rows[0]?.count ?? 0;
  } finally {
    await pool.end();
  }
}

type Health = { running: number; unwritten: number };

/** Requests that run, and records that are not in the database yet. */
export async function readHealth(url: string): Promise<Health> {
  return (await (await fetch(`${url}/healthz`)).json()) as Health;
}

/** Waits until nothing runs and every record is in the database. Throws after `withinMs`. */
export async function allWritten(url: string, withinMs = WRITTEN_WITHIN_MS): Promise<void> {
  const deadline = performance.now() + withinMs;
  for (;;) {
    const health = await readHealth(url);
    if (health.running === 0 && health.unwritten === 0) return;
    if (performance.now() > deadline) {
      throw new Error(`After ${withinMs / 1000} s: ${JSON.stringify(health)}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
