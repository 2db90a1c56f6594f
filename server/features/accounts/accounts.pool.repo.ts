import type { Pool } from 'pg';
import { z } from 'zod';
import { notifySql } from '../../infra/events.ts';
import { EVERYBODY } from '../usage/index.ts';
import { CAUSES, type Standing } from './account-state.ts';
import type { LoanTerms } from './loan-terms.ts';

/** An account that nobody switched off, of an active owner: it may serve requests when it is well. */
export type UsableAccount = {
  id: string;
  ownerId: string;
  platformId: string;
  /** Lent, and may be: a personal one only where an admin allowed that. */
  shared: boolean;
  terms: LoanTerms;
  /** Public names of models that a person switched off for it. */
  modelsOff: readonly string[];
  /** Sealed; null = needs none. */
  secret: string | null;
  options: Readonly<Record<string, unknown>>;
  /** The proxy that it is called through; null = none. */
  proxyId: string | null;
  /** Of an account whose secret is an access token of the vault: when that ends (epoch ms), if it is known. */
  renewable: { endsAt: number | null } | null;
  /** Requests at once on this server; null = any number. */
  maxConcurrency: number | null;
  standing: Standing;
  /** Of models that the platform limits alone, by its names of them. */
  models: Readonly<Record<string, Standing>>;
};

/** What is written of a use, gathered. Times in epoch milliseconds. */
export type UseNote = {
  id: string;
  usedAt: number;
  error: { text: string; at: number } | null;
};

/** A change of state. */
export type Move = {
  /** Of the event in the history. */
  eventId: string;
  id: string;
  /** The sealed key that it is about: with another one the account stands anew. */
  sealed: string | null;
  /** The platform's name of the model that is concerned; null = the whole account. */
  model: string | null;
  from: Standing;
  to: Standing;
  /** What went wrong, without the key. */
  message: string | null;
  /** Epoch ms. */
  at: number;
};

const StandingRow = z.object({
  state: z.enum(['active', 'disabled', 'expired', 'cooling', 'exhausted']),
  cause: z.enum(CAUSES).nullable().catch(null),
  since: z.number(),
  until: z.number().nullable(),
  strikes: z.record(z.string(), z.int().min(0)).catch({}),
});

const Row = StandingRow.extend({
  id: z.string(),
  owner_id: z.string(),
  platform_id: z.string(),
  shared: z.boolean(),
  secret: z.string().nullable(),
  options: z.record(z.string(), z.unknown()).catch({}),
  proxy_id: z.string().nullable(),
  renewable: z.boolean(),
  ends_at: z.number().nullable(),
  max_concurrency: z.number().nullable(),
  loan_users: z.array(z.string()),
  loan_models: z.array(z.string()),
  loan_from: z.number().nullable(),
  loan_to: z.number().nullable(),
  loan_tokens_per_day: z.coerce.number().nullable(),
  models_off: z.array(z.string()),
  models: z.record(z.string(), StandingRow).nullable(),
});

const epochMs = (column: string) => `(extract(epoch FROM ${column}) * 1000)::float8`;
const moment = (place: string) => `to_timestamp(${place}::double precision / 1000)`;

// NOTE: whoever is silenced may not call models; what they lend goes on serving those who may.
const USABLE = `SELECT a.id, a.owner_id, a.platform_id, a.secret, a.options, a.max_concurrency,
    v.proxy_id, v.account_id IS NOT NULL AS renewable, ${epochMs('v.access_expires_at')} AS ends_at,
    a.shared AND a.kind <> 'plugin' AND (a.policy_class <> 'personal'
      OR EXISTS (SELECT 1 FROM personal_lending l WHERE l.platform_id = a.platform_id)) AS shared,
    a.loan_users, a.loan_models, a.loan_from, a.loan_to, a.loan_tokens_per_day, a.models_off,
    a.state, a.state_cause AS cause, ${epochMs('a.state_since')} AS since,
    ${epochMs('a.state_until')} AS until, a.strikes,
    (SELECT jsonb_object_agg(m.upstream_model, jsonb_build_object('state', m.state,
        'cause', m.cause, 'since', ${epochMs('m.since')}, 'until', ${epochMs('m.until')},
        'strikes', m.strikes))
      FROM account_model_states m WHERE m.account_id = a.id) AS models
  FROM accounts a JOIN users u ON u.id = a.owner_id
    LEFT JOIN vault_tokens v ON v.account_id = a.id
  WHERE a.state <> 'disabled' AND u.state IN ('active', 'silenced')
    AND (v.account_id IS NULL OR (v.deleted_until IS NULL AND a.secret IS NOT NULL))`;

/** The values of a move are $1 to $15, see `valuesOf`; a statement that needs fewer says so with casts. */
const NOTED = `noted AS (
    INSERT INTO account_events (id, account_id, at, kind, state, cause, until, upstream_model, detail)
    SELECT $12, id, ${moment('$9')}, 'state', $3, $4, ${moment('$6')}, $10, $8 FROM moved)
  SELECT pg_notify($13, $14) FROM moved`;

const MOVE_ACCOUNT = `WITH moved AS (
    UPDATE accounts
    SET state = $3::text::account_state, state_cause = $4, state_since = ${moment('$5')},
        state_until = ${moment('$6')}, strikes = $7::jsonb,
        last_error = COALESCE($8, last_error),
        last_error_at = CASE WHEN $8::text IS NULL THEN last_error_at ELSE ${moment('$9')} END,
        updated_at = ${moment('$9')}
    WHERE id = $1 AND secret IS NOT DISTINCT FROM $2 AND $10::text IS NULL
      AND state = $11::text::account_state
      AND (state = 'active' OR ${epochMs('state_since')} = $15::float8)
    RETURNING id), ${NOTED}`;

const MOVE_MODEL = `WITH moved AS (
    INSERT INTO account_model_states (account_id, upstream_model, state, cause, since, until, strikes)
    SELECT id, $10, $3::text::account_state, $4, ${moment('$5')}, ${moment('$6')}, $7::jsonb
    FROM accounts
    WHERE id = $1 AND secret IS NOT DISTINCT FROM $2 AND ($11::text, $15::float8) IS NOT NULL
    ON CONFLICT (account_id, upstream_model) DO UPDATE
    SET state = excluded.state, cause = excluded.cause, since = excluded.since,
        until = excluded.until, strikes = excluded.strikes
    RETURNING account_id AS id), ${NOTED}`;

const MODEL_WELL = `WITH moved AS (
    DELETE FROM account_model_states
    WHERE account_id = $1 AND upstream_model = $10
      AND num_nulls($2::text, $5::float8, $7::jsonb, $11::text, $15::float8) >= 0
    RETURNING account_id AS id), ${NOTED}`;

export type AccountPoolRepo = ReturnType<typeof createAccountPoolRepo>;

/** Named statements of the request path: the accounts it may use, and what it notes about them. */
export function createAccountPoolRepo(pool: Pick<Pool, 'query'>) {
  return {
    async usable(): Promise<UsableAccount[]> {
      const { rows } = await pool.query({ name: 'accounts_usable', text: USABLE });
      return rows.map(toUsable);
    },

    /** Those of the given accounts, and of the given owners' accounts, that are usable. */
    async usableOf(ids: readonly string[], ownerIds: readonly string[]): Promise<UsableAccount[]> {
      const { rows } = await pool.query({
        name: 'accounts_usable_of',
        text: `${USABLE} AND (a.id = ANY($1::uuid[]) OR a.owner_id = ANY($2::uuid[]))`,
        values: [ids, ownerIds],
      });
      return rows.map(toUsable);
    },

    /**
     * Writes a change of state with its line in the history and tells the replicas, unless the key or
     * the state was changed meanwhile. Returns whether it did.
     */
    async move(move: Move): Promise<boolean> {
      const isWell = move.model !== null && move.to.state === 'active';
      const [name, text] =
        move.model === null
          ? ['accounts_move', MOVE_ACCOUNT]
          : isWell
            ? ['accounts_model_well', MODEL_WELL]
            : ['accounts_move_model', MOVE_MODEL];
      const { rowCount } = await pool.query({ name, text, values: valuesOf(move) });
      return rowCount === 1;
    },

    /** Notes that the account's platform answered well with this key, the first time it does. */
    async prove({ id, secret }: { id: string; secret: string | null }, at: number): Promise<void> {
      const [channel, payload] = notifySql('accounts', { ids: [id] }).values;
      await pool.query({
        name: 'accounts_prove',
        text: `WITH proved AS (
                 UPDATE accounts SET proved_at = ${moment('$3')}
                 WHERE id = $1 AND secret IS NOT DISTINCT FROM $2 AND proved_at IS NULL
                 RETURNING id)
               SELECT pg_notify($4, $5) FROM proved`,
        values: [id, secret, at, channel, payload],
      });
    },

    /** Tokens that others than the owner used of these accounts in the zone's day that began then. */
    async lentSince(ids: readonly string[], since: number): Promise<Map<string, number>> {
      const sums = `grain = 'day' AND dimension = 'account' AND value = a.id::text
                 AND at = ${moment('$2')}`;
      const tokens = 'SELECT input_tokens + output_tokens FROM usage_rollups WHERE';
      const { rows } = await pool.query({
        name: 'accounts_lent_since',
        text: `SELECT a.id, (g.tokens - COALESCE(o.tokens, 0))::float8 AS tokens
               FROM accounts a
               JOIN LATERAL (${tokens} ${sums} AND scope = '${EVERYBODY}') AS g (tokens) ON true
               LEFT JOIN LATERAL (${tokens} ${sums} AND scope = a.owner_id) AS o (tokens) ON true
               WHERE a.id = ANY($1::uuid[])`,
        values: [ids, since],
      });
      const Sums = z.array(z.object({ id: z.string(), tokens: z.number() }));
      return new Map(Sums.parse(rows).map((row) => [row.id, row.tokens]));
    },

    /** Writes uses and errors in one statement; never turns a newer time back. */
    async note(notes: readonly UseNote[]): Promise<void> {
      await pool.query({
        name: 'accounts_note_use',
        text: `UPDATE accounts a
               SET last_used_at = GREATEST(a.last_used_at, to_timestamp(n.used_at / 1000)),
                   last_error = COALESCE(n.error, a.last_error),
                   last_error_at = COALESCE(to_timestamp(n.error_at / 1000), a.last_error_at)
               FROM unnest($1::uuid[], $2::double precision[], $3::text[], $4::double precision[])
                    AS n(id, used_at, error, error_at)
               WHERE a.id = n.id`,
        values: [
          notes.map((note) => note.id),
          notes.map((note) => note.usedAt),
          notes.map((note) => note.error?.text ?? null),
          notes.map((note) => note.error?.at ?? null),
        ],
      });
    },
  };
}

function valuesOf({ at, eventId, from, id, message, model, sealed, to }: Move): unknown[] {
  const [channel, payload] = notifySql('accounts', { ids: [id] }).values;
  return [
    id,
    sealed,
    to.state,
    to.cause,
    to.since,
    to.until,
    JSON.stringify(to.strikes),
    message,
    at,
    model,
    from.state,
    eventId,
    channel,
    payload,
    from.since,
  ];
}

function toUsable(raw: unknown): UsableAccount {
  const row = Row.parse(raw);
  const { loan_from: from, loan_to: to } = row;
  const { state, cause, since, until, strikes } = row;
  return {
    id: row.id,
    ownerId: row.owner_id,
    platformId: row.platform_id,
    shared: row.shared,
    terms: {
      users: row.loan_users,
      models: row.loan_models,
      hours: from === null || to === null ? null : { from, to },
      tokensPerDay: row.loan_tokens_per_day,
    },
    modelsOff: row.models_off,
    secret: row.secret,
    options: row.options,
    proxyId: row.proxy_id,
    renewable: row.renewable ? { endsAt: row.ends_at } : null,
    maxConcurrency: row.max_concurrency,
    standing: { state, cause, since, until, strikes },
    models: row.models ?? {},
  };
}
