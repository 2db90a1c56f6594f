import type { Pool, PoolClient } from 'pg';
import { z } from 'zod';
import { notifySql } from '../../infra/events.ts';
import { follows, type TokenRecord } from './chain.ts';
import { inTx } from './transaction.ts';
import { REFRESH_FAILURES, type RefreshFailure } from './vault.types.ts';

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

/** A refresh that brought no token. Times in epoch ms. */
export type Refusal = {
  id: string;
  accountId: string;
  generation: number;
  beforeHash: string;
  failure: RefreshFailure;
  text: string;
  /** Null = not before a person brings a new token. */
  nextRefreshAt: number | null;
  /** Whether the account is of no use any more. */
  expires: boolean;
  at: number;
  durationMs: number;
  trigger: string;
  by: string | null;
  eventId: string;
};

/** `known`: it was stored before; `late`: a newer token is there; `twin`: another account has this token. */
export type Stored = 'stored' | 'known' | 'late' | 'twin' | 'gone';

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

    /** Claims an account that nobody claimed since it was looked at; null = somebody did. */
    async claim(accountId: string, generation: number, by: Claimant): Promise<Claimed | null> {
      const { rows } = await pool.query({
        name: 'vault_claim',
        text: `UPDATE vault_tokens v SET claimed_by = $2, claimed_until = ${NOW('3')} + ${MS('4')},
                 generation = v.generation + 1
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
     * Of those that are due and may not be refreshed (switched off, or not by themselves) as many are
     * put off, so that they are not looked at again and again.
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
               put_off AS (
                 UPDATE vault_tokens v SET next_refresh_at = ${NOW('3')} + interval '1 hour'
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

    /** Plans accounts that were never planned, e.g. those set to refresh by themselves only now. */
    async planForgotten(most: number): Promise<void> {
      await pool.query({
        name: 'vault_plan_forgotten',
        text: `UPDATE vault_tokens SET next_refresh_at = ${NOW('1')}
               WHERE account_id IN (SELECT account_id FROM vault_tokens
                 WHERE next_refresh_at IS NULL AND auto_refresh AND deleted_until IS NULL
                   AND (failure IS NULL OR failure <> ALL('{invalid,reused,revoked}'::text[]))
                 LIMIT $2)`,
        values: [time(), most],
      });
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

const RowNow = z.object({
  refresh_hash: z.string(),
  generation: z.coerce.number(),
  refreshed_at: Time,
});

async function rowNow(client: PoolClient, accountId: string) {
  const { rows } = await client.query(
    `SELECT refresh_hash, generation, refreshed_at FROM vault_tokens WHERE account_id = $1 FOR UPDATE`,
    [accountId],
  );
  if (rows.length === 0) return null;
  const row = RowNow.parse(rows[0]);
  return {
    refreshHash: row.refresh_hash,
    generation: row.generation,
    refreshedAt: row.refreshed_at,
  };
}

type HistoryLine = Pick<
  TokenRecord,
  'id' | 'accountId' | 'at' | 'trigger' | 'beforeHash' | 'durationMs' | 'by'
> & { outcome: string; text: string | null; afterHash: string | null };

/** False = this line is there already. */
async function note(client: PoolClient, line: HistoryLine): Promise<boolean> {
  const { rowCount } = await client.query(
    `INSERT INTO refresh_events
       (id, account_id, at, trigger, outcome, text, before_hash, after_hash, duration_ms, actor_id)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT (id) DO NOTHING`,
    [
      ...[line.id, line.accountId, new Date(line.at), line.trigger, line.outcome, line.text],
      ...[line.beforeHash, line.afterHash, line.durationMs, line.by],
    ],
  );
  return rowCount === 1;
}

const LATE = 'Came late: a newer token was there already.';
const TWIN = 'Another account here has the same token: this one is a copy of it.';

async function storeIn(client: PoolClient, record: TokenRecord): Promise<Stored> {
  const { accountId, afterHash } = record;
  const row = await rowNow(client, accountId);
  if (!row) return 'gone';
  const isNewer = follows(row, record);
  const twin =
    isNewer && record.refresh !== null && (await isElsewhere(client, accountId, afterHash));
  const isNew = await note(client, {
    ...record,
    outcome: twin ? 'reused' : record.refresh ? 'rotated' : 'kept',
    text: twin ? TWIN : isNewer ? null : LATE,
  });
  if (!isNew) return 'known';
  if (twin) {
    await writeFailure(client, { ...record, failure: 'reused', text: TWIN, nextRefreshAt: null });
    await expire(client, { ...record, text: TWIN, eventId: record.id });
    return 'twin';
  }
  if (!isNewer) {
    await free(client, record);
    return 'late';
  }
  await writeTokens(client, record);
  await told(client, accountId);
  return 'stored';
}

/** Its own claim only: a later one is another server's. */
async function free(client: PoolClient, { accountId, generation }: TokenRecord): Promise<void> {
  await client.query(
    `UPDATE vault_tokens SET claimed_by = NULL, claimed_until = NULL
     WHERE account_id = $1 AND generation = $2`,
    [accountId, generation],
  );
}

async function isElsewhere(client: PoolClient, accountId: string, hash: string): Promise<boolean> {
  const { rows } = await client.query(
    'SELECT 1 FROM vault_tokens WHERE refresh_hash = $2 AND account_id <> $1',
    [accountId, hash],
  );
  return rows.length > 0;
}

async function writeTokens(client: PoolClient, record: TokenRecord): Promise<void> {
  const { accountId, refresh, generation } = record;
  const date = (at: number | null) => (at === null ? null : new Date(at));
  const free = (column: string) =>
    `${column} = CASE WHEN generation = $5 THEN NULL ELSE ${column} END`;
  await client.query(
    `UPDATE vault_tokens SET access_expires_at = $2, next_refresh_at = $3, refreshed_at = $4,
       failures = 0, failure = NULL, failure_text = NULL, updated_at = $4,
       ${free('claimed_by')}, ${free('claimed_until')}
     WHERE account_id = $1`,
    [accountId, date(record.expiresAt), date(record.nextRefreshAt), date(record.at), generation],
  );
  if (refresh) {
    await client.query(
      `UPDATE vault_tokens SET refresh_token = $2, refresh_hash = $3, previous_token = $4,
         previous_hash = CASE WHEN EXISTS (SELECT 1 FROM vault_tokens o
           WHERE o.previous_hash = $5 AND o.account_id <> $1) THEN NULL ELSE $5 END
       WHERE account_id = $1`,
      [accountId, refresh.sealed, record.afterHash, refresh.previousSealed, record.beforeHash],
    );
  }
  // As the state machine's `rekeyed` for what expired; other troubles are not the token's.
  await client.query(
    `WITH revived AS (
       INSERT INTO account_events (id, account_id, at, kind, state)
       SELECT $5, id, $4, 'state', 'active' FROM accounts WHERE id = $1 AND state = 'expired')
     UPDATE accounts SET secret = $2, secret_hint = $3, updated_at = $4,
       last_error = CASE WHEN state = 'expired' THEN NULL ELSE last_error END,
       last_error_at = CASE WHEN state = 'expired' THEN NULL ELSE last_error_at END,
       state_cause = CASE WHEN state = 'expired' THEN NULL ELSE state_cause END,
       state_since = CASE WHEN state = 'expired' THEN $4 ELSE state_since END,
       state = CASE WHEN state = 'expired' THEN 'active' ELSE state END
     WHERE id = $1`,
    [accountId, record.secret, record.secretHint, date(record.at), record.id],
  );
}

async function refuseIn(client: PoolClient, refusal: Refusal): Promise<boolean> {
  const row = await rowNow(client, refusal.accountId);
  if (!row) return false;
  const isCurrent = row.refreshHash === refusal.beforeHash && row.generation === refusal.generation;
  await note(client, { ...refusal, outcome: refusal.failure, afterHash: null });
  if (!isCurrent) return false;
  await writeFailure(client, refusal);
  if (refusal.expires) await expire(client, refusal);
  await told(client, refusal.accountId);
  return true;
}

async function writeFailure(
  client: PoolClient,
  refusal: Pick<Refusal, 'accountId' | 'failure' | 'text' | 'nextRefreshAt' | 'at'>,
): Promise<void> {
  const { accountId, at, failure, nextRefreshAt, text } = refusal;
  await client.query(
    `UPDATE vault_tokens SET failures = failures + 1, failure = $2, failure_text = $3,
       next_refresh_at = $4, claimed_by = NULL, claimed_until = NULL, updated_at = $5
     WHERE account_id = $1`,
    [
      accountId,
      failure,
      text,
      nextRefreshAt === null ? null : new Date(nextRefreshAt),
      new Date(at),
    ],
  );
}

/** The state machine's step for a credential that failed, with the token's row or not at all. */
async function expire(
  client: PoolClient,
  { accountId, at, eventId, text }: Pick<Refusal, 'accountId' | 'at' | 'eventId' | 'text'>,
): Promise<void> {
  await client.query(
    `WITH moved AS (
       UPDATE accounts SET state = 'expired', state_cause = 'credential', state_since = $2,
         state_until = NULL, strikes = '{}', last_error = $4, last_error_at = $2, updated_at = $2
       WHERE id = $1 AND state NOT IN ('disabled', 'expired') RETURNING id)
     INSERT INTO account_events (id, account_id, at, kind, state, cause, detail)
     SELECT $3, id, $2, 'state', 'expired', 'credential', $4 FROM moved`,
    [accountId, new Date(at), eventId, text],
  );
  await told(client, accountId);
}

async function told(client: PoolClient, accountId: string): Promise<void> {
  const { text, values } = notifySql('accounts', { ids: [accountId] });
  await client.query(text, values);
}
