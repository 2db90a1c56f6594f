import type { Pool } from 'pg';
import { z } from 'zod';
import type { TokenRecord } from './chain.ts';
import { type Refusal, refuseIn, type Stored, storeIn } from './refresh-writes.ts';
import { inTx } from './transaction.ts';
import { REFRESH_FAILURES } from './vault.types.ts';

const Failure = z.enum(REFRESH_FAILURES).nullable().catch(null);
const Time = z
  .date()
  .nullable()
  .transform((date) => date?.getTime() ?? null);

const LookRow = z.object({
  account_id: z.string(),
  owner_id: z.string(),
  name: z.string(),
  state: z.string(),
  secret: z.string().nullable(),
  refresh_hash: z.string(),
  has_previous: z.boolean(),
  access_expires_at: Time,
  refreshed_at: Time,
  generation: z.coerce.number(),
  claimed: z.enum(['no', 'held', 'abandoned']),
  failures: z.number(),
  failure: Failure,
  failure_text: z.string().nullable(),
});

/** How an account of the vault stands, without its refresh token. Times in epoch ms. */
export type Looked = z.infer<typeof LookRow>;

const ClaimRow = LookRow.extend({
  refresh_token: z.string(),
  previous_token: z.string().nullable(),
  previous_hash: z.string().nullable(),
  proxy_id: z.string().nullable(),
  oauth_client: z
    .object({
      id: z.string(),
      client_id: z.string(),
      client_secret: z.string().nullable(),
      token_endpoint: z.string(),
      redirect_uri: z.string().nullable(),
      token_format: z.string(),
      token_auth: z.string(),
      user_info_endpoint: z.string().nullable(),
      account_info_endpoint: z.string().nullable(),
      fields: z.unknown(),
    })
    .nullable(),
});

/** An account that this server may ask the platform about now. Tokens are sealed. */
export type Claimed = z.infer<typeof ClaimRow>;
export type ClaimedClient = NonNullable<Claimed['oauth_client']>;

/** Who claims, and for how long they are believed: past `holdMs` the claim is abandoned, `graceMs` later free. */
export type Claimant = { server: string; holdMs: number; graceMs: number };

export type RefreshStore = ReturnType<typeof createRefreshStore>;

const LOOK = `v.account_id, a.owner_id, a.name, a.state::text, a.secret, v.refresh_hash,
  v.previous_token IS NOT NULL AS has_previous, v.access_expires_at, v.refreshed_at, v.generation,
  v.failures, v.failure, v.failure_text`;

const CLIENT = `(SELECT to_jsonb(c) FROM oauth_clients c WHERE c.id = v.client_id) AS oauth_client`;

const TAKEN = `${LOOK}, 'held' AS claimed, v.refresh_token, v.previous_token, v.previous_hash,
  v.proxy_id, ${CLIENT}`;

/** Postgres's clock, for those of servers differ; a test brings its own. */
const NOW = (place: string) => `COALESCE($${place}::timestamptz, now())`;
const MS = (place: string) => `($${place}::double precision * interval '1 millisecond')`;

/**
 * The rows that servers share while they refresh. `time` is for tests that move it; without, the
 * database's clock decides whose claim has ended.
 */
export function createRefreshStore(
  pool: Pick<Pool, 'query' | 'connect'>,
  time: () => Date | null = () => null,
) {
  return {
    /** Null = there is no such account, or it was deleted. */
    async look(accountId: string, graceMs: number): Promise<Looked | null> {
      const { rows } = await pool.query({
        name: 'vault_look',
        text: `SELECT ${LOOK}, CASE WHEN v.claimed_until IS NULL
                 OR v.claimed_until + ${MS('3')} < ${NOW('2')} THEN 'no'
                 WHEN v.claimed_until < ${NOW('2')} THEN 'abandoned' ELSE 'held' END AS claimed
               FROM vault_tokens v JOIN accounts a ON a.id = v.account_id
               WHERE v.account_id = $1 AND v.deleted_until IS NULL`,
        values: [accountId, time(), graceMs],
      });
      return rows.length === 0 ? null : LookRow.parse(rows[0]);
    },

    /**
     * Claims an account that nobody claimed since it was looked at; null = somebody did. It is due from
     * now on, until its refresh says otherwise: when this server dies, the token may be used already, and
     * platforms that forgive using it again do so for a while only.
     */
    async claim(accountId: string, generation: number, by: Claimant): Promise<Claimed | null> {
      const { rows } = await pool.query({
        name: 'vault_claim',
        text: `UPDATE vault_tokens v SET claimed_by = $2, claimed_until = ${NOW('3')} + ${MS('4')},
                 generation = v.generation + 1, next_refresh_at = CASE WHEN v.auto_refresh
                   THEN LEAST(v.next_refresh_at, ${NOW('3')}) ELSE v.next_refresh_at END
               FROM accounts a
               WHERE v.account_id = $1 AND a.id = v.account_id AND v.deleted_until IS NULL
                 AND v.generation = $6 AND (v.claimed_until IS NULL OR v.claimed_by = $2
                   OR v.claimed_until + ${MS('5')} < ${NOW('3')})
               RETURNING ${TAKEN}`,
        values: [accountId, by.server, time(), by.holdMs, by.graceMs, generation],
      });
      return rows.length === 0 ? null : ClaimRow.parse(rows[0]);
    },

    /**
     * Claims up to `most` accounts that are due, the longest due first, none of a proxy that is busy.
     * Of those that are due and may not be refreshed (switched off, or not by themselves) as many lose
     * their plan, so that they are not looked at again and again; see `planForgotten`.
     */
    async claimDue(most: number, by: Claimant, busyProxies: readonly string[]): Promise<Claimed[]> {
      const { rows } = await pool.query({
        name: 'vault_claim_due',
        text: `WITH due AS (
                 SELECT v.account_id, v.auto_refresh AND a.state <> 'disabled' AS may
                 FROM vault_tokens v JOIN accounts a ON a.id = v.account_id
                 WHERE v.next_refresh_at <= ${NOW('3')} AND v.deleted_until IS NULL
                   AND (v.claimed_until IS NULL OR v.claimed_until + ${MS('5')} < ${NOW('3')})
                   AND (v.proxy_id IS NULL OR v.proxy_id <> ALL($6::uuid[]))
                 ORDER BY v.next_refresh_at LIMIT $2 FOR UPDATE OF v SKIP LOCKED),
               unplanned AS (
                 UPDATE vault_tokens v SET next_refresh_at = NULL
                 FROM due WHERE v.account_id = due.account_id AND NOT due.may)
               UPDATE vault_tokens v SET claimed_by = $1, claimed_until = ${NOW('3')} + ${MS('4')},
                 generation = v.generation + 1
               FROM due, accounts a
               WHERE v.account_id = due.account_id AND due.may AND a.id = v.account_id
               RETURNING ${TAKEN}`,
        values: [by.server, most, time(), by.holdMs, by.graceMs, busyProxies],
      });
      return rows.map((row) => ClaimRow.parse(row));
    },

    /**
     * Plans up to `most` accounts that have no plan and may be refreshed, e.g. those that were switched
     * on only now; true = there may be more.
     */
    async planForgotten(most: number): Promise<boolean> {
      const { rowCount } = await pool.query({
        name: 'vault_plan_forgotten',
        text: `UPDATE vault_tokens SET next_refresh_at = ${NOW('1')}
               WHERE account_id IN (SELECT v.account_id FROM vault_tokens v
                 JOIN accounts a ON a.id = v.account_id
                 WHERE v.next_refresh_at IS NULL AND v.auto_refresh AND a.state <> 'disabled'
                   AND v.deleted_until IS NULL
                   AND (v.failure IS NULL OR v.failure <> ALL('{invalid,reused,revoked}'::text[]))
                 LIMIT $2)`,
        values: [time(), most],
      });
      return rowCount === most;
    },

    /** Lets go of what was claimed for nothing. */
    async release(accountId: string, generation: number): Promise<void> {
      await pool.query({
        name: 'vault_release',
        text: `UPDATE vault_tokens SET claimed_by = NULL, claimed_until = NULL
               WHERE account_id = $1 AND generation = $2`,
        values: [accountId, generation],
      });
    },

    /** Lets go of everything that an earlier run of this server claimed. */
    async releaseAll(server: string): Promise<void> {
      await pool.query(
        `UPDATE vault_tokens SET claimed_by = NULL, claimed_until = NULL WHERE claimed_by = $1`,
        [server],
      );
    },

    /** Stores new tokens with their line in the history, all or nothing. The same record may come again. */
    store: (record: TokenRecord): Promise<Stored> =>
      inTx(pool, (client) => storeIn(client, record)),

    /**
     * Notes a refresh that failed. False = the account has another token by now, so this one's failure
     * says nothing.
     */
    refuse: (refusal: Refusal): Promise<boolean> =>
      inTx(pool, (client) => refuseIn(client, refusal)),

    /** Forgets the token before the present one, for the access token worked. */
    async confirm(accountId: string, secret: string | null): Promise<void> {
      await pool.query({
        name: 'vault_confirm',
        text: `UPDATE vault_tokens v SET previous_token = NULL, previous_hash = NULL
               FROM accounts a WHERE v.account_id = $1 AND a.id = v.account_id
                 AND a.secret = $2 AND v.previous_token IS NOT NULL`,
        values: [accountId, secret],
      });
    },

    /** The newest of an account stay; true = there may be more to remove. */
    async trimHistory(before: Date, most: number): Promise<boolean> {
      const { rowCount } = await pool.query({
        name: 'vault_trim_history',
        text: `DELETE FROM refresh_events WHERE id IN (SELECT e.id FROM refresh_events e
                 WHERE e.at < $1 ORDER BY e.id LIMIT $2)`,
        values: [before, most],
      });
      return rowCount === most;
    },
  };
}
