import type { Pool } from 'pg';
import { z } from 'zod';
import type { QuotaSubject } from '#shared/schemas/quotas.ts';

const Trouble = z.object({
  id: z.string(),
  name: z.string(),
  owner_id: z.string().nullable(),
  tries: z.number().nullable(),
  reason: z.string().nullable(),
  platform_id: z.string().nullable(),
});
export type Trouble = z.infer<typeof Trouble>;

const Failing = z.object({
  subject: z.enum(['model', 'platform', 'account']),
  id: z.string(),
  name: z.string().nullable(),
  owner_id: z.string().nullable(),
  requests: z.number(),
  failed: z.number(),
});
export type Failing = z.infer<typeof Failing>;

const Used = z.object({ subject: z.string(), id: z.string() });
const Named = z.object({ id: z.string(), name: z.string(), owner_id: z.string().nullable() });
export type Named = z.infer<typeof Named>;

/** So many of a kind are looked at; nobody reads more. */
const MOST = 2_000;
const LEADER = 'alerts-watch';

export type WatchRepo = ReturnType<typeof createWatchRepo>;

/** What the watch asks the database. */
export function createWatchRepo(pool: Pick<Pool, 'query'>) {
  async function troubles(name: string, text: string, values: unknown[]): Promise<Trouble[]> {
    const { rows } = await pool.query({ name, text: `${text} LIMIT ${MOST}`, values });
    return z.array(Trouble).parse(rows);
  }

  return {
    /** Whether this server looks for all: until another one does not hear of it for `forMs`. */
    async lead(server: string, now: number, forMs: number): Promise<boolean> {
      const { rows } = await pool.query({
        name: 'alerts_lead',
        text: `INSERT INTO settings (name, value, updated_at)
               VALUES ($1, jsonb_build_object('server', $2::text, 'until', $3::bigint + $4::bigint),
                       now())
               ON CONFLICT (name) DO UPDATE SET value = EXCLUDED.value, updated_at = now()
                WHERE settings.value->>'server' = $2
                   OR (settings.value->>'until')::bigint < $3::bigint
               RETURNING name`,
        values: [LEADER, server, now, forMs],
      });
      return rows.length > 0;
    },

    expired: () =>
      troubles(
        'alerts_expired',
        `SELECT a.id, a.name, a.owner_id, a.platform_id, NULL::int AS tries, v.failure AS reason
           FROM accounts a LEFT JOIN vault_tokens v ON v.account_id = a.id
          WHERE a.state = 'expired' AND v.deleted_until IS NULL ORDER BY a.state_since DESC`,
        [],
      ),

    /** Accounts whose tokens were not refreshed so many times in a row. */
    refreshFailing: (failures: number) =>
      troubles(
        'alerts_refresh_failing',
        `SELECT a.id, a.name, a.owner_id, a.platform_id, v.failures AS tries, v.failure AS reason
           FROM vault_tokens v JOIN accounts a ON a.id = v.account_id
          WHERE v.failures >= $1 AND v.deleted_until IS NULL AND a.state <> 'expired'
            AND a.state <> 'disabled'`,
        [failures],
      ),

    proxiesDown: () =>
      troubles(
        'alerts_proxies_down',
        `SELECT id, name, NULL AS owner_id, NULL AS platform_id, NULL::int AS tries,
                last_error AS reason
           FROM proxies WHERE enabled AND health = 'down'`,
        [],
      ),

    notProvisioned: (tries: number) =>
      troubles(
        'alerts_not_provisioned',
        `SELECT u.id, u.username AS name, NULL AS owner_id, NULL AS platform_id,
                p.attempts AS tries, p.last_error AS reason
           FROM plugin_keys p JOIN users u ON u.id = p.user_id
          WHERE p.state = 'failed' AND p.attempts >= $1`,
        [tries],
      ),

    /**
     * What fails too often since then: by us or by a platform, not for what a person asked or used up.
     */
    async failing(since: Date, least: number, percent: number): Promise<Failing[]> {
      const { rows } = await pool.query({
        name: 'alerts_failing',
        text: `SELECT g.subject, g.id, COALESCE(a.name, g.id) AS name, a.owner_id, g.requests,
                      g.failed
                 FROM (SELECT CASE WHEN GROUPING(model) = 0 THEN 'model'
                                   WHEN GROUPING(platform_id) = 0 THEN 'platform'
                                   ELSE 'account' END AS subject,
                              COALESCE(model, platform_id, account_id::text) AS id,
                              count(*)::int AS requests,
                              count(*) FILTER (WHERE status >= 500
                                OR outcome IN ('upstream_rate_limited'))::int AS failed
                         FROM usage WHERE created_at > $1
                        GROUP BY GROUPING SETS ((model), (platform_id), (account_id))) AS g
                 LEFT JOIN accounts a ON g.subject = 'account' AND a.id::text = g.id
                WHERE g.id IS NOT NULL AND g.requests >= $2 AND g.failed * 100 >= $3 * g.requests
                LIMIT ${MOST}`,
        values: [since, least, percent],
      });
      return z.array(Failing).parse(rows);
    },

    /** Whatever was asked for or by since then. */
    async usedSince(since: Date): Promise<{ subject: QuotaSubject; id: string }[]> {
      const { rows } = await pool.query({
        name: 'alerts_used_since',
        text: `WITH u AS (SELECT DISTINCT user_id, key_id, account_id, platform_id, model
                            FROM usage WHERE created_at > $1)
               SELECT 'user' AS subject, user_id::text AS id FROM u
               UNION SELECT 'key', key_id::text FROM u WHERE key_id IS NOT NULL
               UNION SELECT 'account', account_id::text FROM u WHERE account_id IS NOT NULL
               UNION SELECT 'platform', platform_id FROM u WHERE platform_id IS NOT NULL
               UNION SELECT 'model', model FROM u`,
        values: [since],
      });
      return z.array(Used).parse(rows) as { subject: QuotaSubject; id: string }[];
    },

    /** Names and owners of users, keys and accounts; of others there is nothing to tell. */
    async named(ids: readonly string[]): Promise<Map<string, Named>> {
      const { rows } = await pool.query({
        name: 'alerts_named',
        text: `SELECT id::text, username AS name, id::text AS owner_id FROM users
                WHERE id::text = ANY($1)
               UNION ALL SELECT id::text, name, owner_id::text FROM api_keys
                WHERE id::text = ANY($1)
               UNION ALL SELECT id::text, name, owner_id::text FROM accounts
                WHERE id::text = ANY($1)`,
        values: [ids],
      });
      return new Map(
        z
          .array(Named)
          .parse(rows)
          .map((row) => [row.id, row]),
      );
    },

    /** Trust levels of these people. */
    async trustLevels(ids: readonly string[]): Promise<{ id: string; level: number }[]> {
      const { rows } = await pool.query({
        name: 'alerts_trust_levels',
        text: 'SELECT id::text, trust_level AS level FROM users WHERE id::text = ANY($1)',
        values: [ids],
      });
      return z.array(z.object({ id: z.string(), level: z.number() })).parse(rows);
    },

    /** What PostgreSQL's clock shows, epoch ms. */
    async databaseTime(): Promise<number> {
      const { rows } = await pool.query(
        'SELECT (extract(epoch FROM clock_timestamp()) * 1000)::float8 AS ms',
      );
      return z.object({ ms: z.number() }).parse(rows[0]).ms;
    },
  };
}
