import type { Pool } from 'pg';
import { z } from 'zod';
import { notifySql } from '../../infra/events.ts';

/** An account that may serve requests: active, and so is its owner. */
export type UsableAccount = {
  id: string;
  ownerId: string;
  platformId: string;
  shared: boolean;
  /** Sealed; null = needs none. */
  secret: string | null;
  options: Readonly<Record<string, unknown>>;
};

/** What is written of a use, gathered. Times in epoch milliseconds. */
export type UseNote = {
  id: string;
  usedAt: number;
  error: { text: string; at: number } | null;
};

const Row = z.object({
  id: z.string(),
  owner_id: z.string(),
  platform_id: z.string(),
  shared: z.boolean(),
  secret: z.string().nullable(),
  options: z.record(z.string(), z.unknown()).catch({}),
});

const USABLE = `SELECT a.id, a.owner_id, a.platform_id, a.shared, a.secret, a.options
  FROM accounts a JOIN users u ON u.id = a.owner_id
  WHERE a.state = 'active' AND u.state = 'active'`;

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
     * Marks an account expired and tells the replicas, unless its key was changed meanwhile: then the
     * refusal was about the old one. Returns whether it did.
     */
    async expire(id: string, sealed: string | null, error: string, at: number): Promise<boolean> {
      const [channel, payload] = notifySql('accounts', { ids: [id] }).values;
      const { rowCount } = await pool.query({
        name: 'accounts_expire',
        text: `WITH expired AS (
                 UPDATE accounts
                 SET state = 'expired', last_error = $3,
                     last_error_at = to_timestamp($4::double precision / 1000),
                     updated_at = to_timestamp($4::double precision / 1000)
                 WHERE id = $1 AND state = 'active' AND secret IS NOT DISTINCT FROM $2
                 RETURNING id)
               SELECT pg_notify($5, $6) FROM expired`,
        values: [id, sealed, error, at, channel, payload],
      });
      return rowCount === 1;
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

function toUsable(raw: unknown): UsableAccount {
  const row = Row.parse(raw);
  return {
    id: row.id,
    ownerId: row.owner_id,
    platformId: row.platform_id,
    shared: row.shared,
    secret: row.secret,
    options: row.options,
  };
}
