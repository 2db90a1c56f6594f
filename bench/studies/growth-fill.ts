import { createHash, randomUUID } from 'node:crypto';
import type { Pool } from 'pg';
import { loadSecrets } from '#server/config/secrets.ts';
import { createCipher } from '#server/infra/cipher.ts';
import { attachPostgres } from '#server/infra/postgres/attach.ts';
import { createPool } from '#server/infra/postgres/pool.ts';
import { fillUsage, sumUp } from '../usage/fill.ts';

/** How much a Gatehouse holds, beside what the benchmark itself needs. */
export type Size = {
  users: number;
  keys: number;
  accounts: number;
  platforms: number;
  models: number;
  /** Usage rows of 30 days. */
  rows: number;
};

export type AccountRow = { id: string; platform: string; name: string };

/** Accounts spread evenly over `platforms` platforms, of which the one that is asked is the first. */
export function spreadAccounts(accounts: number, platforms: number, asked: string): AccountRow[] {
  return Array.from({ length: accounts }, (_, n) => ({
    id: randomUUID(),
    platform: n % platforms === 0 ? asked : `grown-${n % platforms}`,
    name: `grown-${n}`,
  }));
}

/** Fills the database of a running Gatehouse; it reads all of it at its next start. */
export async function fillGrowth(folder: string, size: Size, upstreamUrl: string): Promise<void> {
  const pool = createPool(await attachPostgres(folder), { max: 2, statementTimeoutMs: 0 });
  try {
    await fillUsers(pool, size);
    await fillPlatforms(pool, size, upstreamUrl);
    await fillAccounts(pool, folder, spreadAccounts(size.accounts, size.platforms, 'bench'));
    if (size.rows > 0) {
      const print = (line: string) => void process.stderr.write(`${line}\n`);
      await fillUsage(pool, { rows: size.rows, days: 30, print });
      await sumUp(pool, print);
    }
    await pool.query('ANALYZE');
  } finally {
    await pool.end();
  }
}

/** Users with as many keys each; the keys' secrets are nobody's, but as long as real ones. */
async function fillUsers(pool: Pool, { users, keys }: Size): Promise<void> {
  await pool.query(
    `INSERT INTO users (id, username)
     SELECT gen_random_uuid(), 'grown-' || n FROM generate_series(0, $1::int - 1) AS n`,
    [users],
  );
  await pool.query(
    `INSERT INTO api_keys (id, owner_id, name, secret_hash, prefix, allowed_models)
     SELECT gen_random_uuid(), u.id, 'key-' || n,
            encode(sha256(convert_to(u.id || '/' || n, 'UTF8')), 'hex'), 'gh-grown', '{}'
       FROM users AS u, generate_series(1, $1::int) AS n
      WHERE u.username LIKE 'grown-%'`,
    [Math.ceil(keys / users)],
  );
}

/** Platforms at the same upstream, and models that each of them serves in turn. */
async function fillPlatforms(
  pool: Pool,
  { platforms, models }: Size,
  upstreamUrl: string,
): Promise<void> {
  await pool.query(
    `INSERT INTO platforms (id, name, protocol, base_url)
     SELECT 'grown-' || n, 'Grown ' || n, 'openai-chat', $2 FROM generate_series(1, $1::int - 1) AS n`,
    [platforms, `${upstreamUrl}/v1`],
  );
  await pool.query(
    `WITH made AS (
       INSERT INTO models (id, name)
       SELECT gen_random_uuid(), 'grown-' || n FROM generate_series(0, $1::int - 1) AS n
       RETURNING id, name
     )
     INSERT INTO model_routes (id, model_id, platform_id, upstream_model)
     SELECT gen_random_uuid(), m.id, p.id, 'tiny'
       FROM (SELECT id, row_number() OVER () AS n FROM made) AS m
       JOIN (SELECT id, row_number() OVER () AS n, count(*) OVER () AS most FROM platforms) AS p
         ON p.n = m.n % p.most + 1`,
    [models],
  );
}

/** Accounts lent to everyone, each secret sealed for its own row. */
async function fillAccounts(
  pool: Pool,
  folder: string,
  accounts: readonly AccountRow[],
): Promise<void> {
  const { keyRing } = await loadSecrets(folder);
  const cipher = createCipher(keyRing);
  const sealed = accounts.map(({ id }) =>
    cipher.seal(`upstream-${createHash('md5').update(id).digest('hex')}`, {
      table: 'accounts',
      column: 'secret',
      id,
    }),
  );
  await pool.query(
    `INSERT INTO accounts (id, owner_id, platform_id, name, kind, secret, shared)
     SELECT a.id, (SELECT id FROM users WHERE username = 'bench'), a.platform, a.name, 'api_key',
            a.secret, true
       FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[]) AS a (id, platform, name, secret)`,
    [
      accounts.map(({ id }) => id),
      accounts.map(({ platform }) => platform),
      accounts.map(({ name }) => name),
      sealed,
    ],
  );
}
