import { attachPostgres } from '#server/infra/postgres/attach.ts';
import { createPool } from '#server/infra/postgres/pool.ts';

/** Puts `count` accounts of one owner into the vault of the Gatehouse that runs on `folder`. */
export async function fillVault(folder: string, owner: string, count: number): Promise<void> {
  const pool = createPool(await attachPostgres(folder), { max: 1, statementTimeoutMs: 0 });
  try {
    await pool.query(
      `WITH made AS (
         INSERT INTO accounts (id, owner_id, platform_id, name, kind, secret, updated_at)
         SELECT gen_random_uuid(), u.id, 'bench', 'vault ' || n, 'oauth', 'x', now()
         FROM generate_series(1, $1::int) n, users u WHERE u.username = $2
         RETURNING id, substr(name, 7)::int AS n)
       INSERT INTO vault_tokens (account_id, biz_id, refresh_token, refresh_hash, email, user_name,
         plan, tags, memo, access_expires_at, next_refresh_at, refreshed_at, failure, auto_refresh,
         updated_at)
       SELECT id, 'biz-' || lpad(n::text, 6, '0'), 'x', md5(n::text) || md5(n::text || 'x'),
         'person' || n || '@example.com', 'Person ' || n,
         (ARRAY['free', 'plus', 'team'])[n % 3 + 1], ARRAY['tag' || n % 7], repeat('memo ', n % 5),
         now() + make_interval(mins => n % 20000), now() + make_interval(mins => n % 15000 + 60),
         now() - make_interval(mins => n % 5000), CASE WHEN n % 11 = 0 THEN 'reused' END, false, now()
       FROM made ORDER BY n`,
      [count, owner],
    );
    await pool.query('ANALYZE vault_tokens, accounts');
  } finally {
    await pool.end();
  }
}
