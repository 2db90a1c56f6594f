import type { Pool } from 'pg';
import { z } from 'zod';
import { arrayText } from '../../infra/postgres/array-text.ts';
import { named } from '../../infra/postgres/pool.ts';
import { StoredTrace } from './stored-trace.ts';

/** A trace as it lies in the table: `trace` is JSON that PostgreSQL takes. */
export type TraceRow = { id: string; createdAt: Date; userId: string; trace: string };

/** Whose traces; null = everybody's, for admins. */
export type TraceScope = { userId: string | null };

const Found = z.object({ user_id: z.string(), created_at: z.date(), trace: z.unknown() });
export type FoundTrace = { userId: string; createdAt: Date; trace: StoredTrace };

// JSON has no line break, so lines of it need no quoting, which would take as long as the rest.
const insert = named(
  'traces_insert',
  `INSERT INTO request_traces (id, created_at, user_id, trace)
   SELECT * FROM unnest($1::uuid[], $2::timestamptz[], $3::uuid[],
                         string_to_array($4, E'\\n')::jsonb[])
   ON CONFLICT (id) DO NOTHING`,
);

const find = named(
  'traces_find',
  `SELECT user_id, created_at, trace FROM request_traces
    WHERE id = $1 AND created_at >= $2 AND ($3::uuid IS NULL OR user_id = $3)`,
);

const names = named(
  'traces_accounts',
  'SELECT id, name, owner_id FROM accounts WHERE id::text = ANY($1::text[])',
);
const Account = z.object({ id: z.string(), name: z.string(), owner_id: z.string() });

const removeExpired = named(
  'traces_remove_expired',
  `DELETE FROM request_traces WHERE id IN (
     SELECT id FROM request_traces WHERE created_at < $1
      ORDER BY created_at LIMIT $2 FOR UPDATE SKIP LOCKED
   )`,
);

/** Rows of `request_traces`. Every read takes whose they are. */
export function createTracesRepo(pool: Pick<Pool, 'query'>) {
  return {
    async insert(rows: readonly TraceRow[]): Promise<void> {
      const column = (value: (row: TraceRow) => string) => arrayText(rows.map(value));
      await pool.query(
        insert([
          column(({ id }) => id),
          column(({ createdAt }) => createdAt.toISOString()),
          column(({ userId }) => userId),
          rows.map(({ trace }) => trace).join('\n'),
        ]),
      );
    },

    /** Null when there is none, it has expired, it is another's, or nobody can read it any more. */
    async find(id: string, since: Date, { userId }: TraceScope): Promise<FoundTrace | null> {
      const { rows } = await pool.query(find([id, since, userId]));
      if (rows[0] === undefined) return null;
      const row = Found.parse(rows[0]);
      const trace = StoredTrace.safeParse(row.trace);
      return trace.success
        ? { userId: row.user_id, createdAt: row.created_at, trace: trace.data }
        : null;
    },

    /** Names and owners of the accounts that there still are. */
    async accounts(
      ids: readonly string[],
    ): Promise<{ id: string; name: string; ownerId: string }[]> {
      if (ids.length === 0) return [];
      const { rows } = await pool.query(names([ids]));
      return z
        .array(Account)
        .parse(rows)
        .map(({ id, name, owner_id }) => ({ id, name, ownerId: owner_id }));
    },

    /** Removes at most `most` rows of before `until`; resolves with how many there were. */
    async removeExpired(until: Date, most: number): Promise<number> {
      const { rowCount } = await pool.query(removeExpired([until, most]));
      return rowCount ?? 0;
    },
  };
}
export type TracesRepo = ReturnType<typeof createTracesRepo>;
