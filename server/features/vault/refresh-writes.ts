import type { PoolClient } from 'pg';
import { z } from 'zod';
import { notifySql } from '../../infra/events.ts';
import { follows, type TokenRecord } from './chain.ts';
import type { RefreshFailure } from './vault.types.ts';

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

const Time = z
  .date()
  .nullable()
  .transform((date) => date?.getTime() ?? null);

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

/** See `store` of refresh-store.ts; inside a transaction. */
export async function storeIn(client: PoolClient, record: TokenRecord): Promise<Stored> {
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

/** See `refuse` of refresh-store.ts; inside a transaction. */
export async function refuseIn(client: PoolClient, refusal: Refusal): Promise<boolean> {
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
