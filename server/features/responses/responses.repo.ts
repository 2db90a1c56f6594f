import type { Pool } from 'pg';
import { z } from 'zod';
import { named } from '../../infra/postgres/pool.ts';

/** A row as it lies in the table: what was said is sealed. */
export type ResponseRow = {
  userId: string;
  id: string;
  previousId: string | null;
  model: string;
  accountId: string | null;
  platformId: string | null;
  input: string | null;
  answer: string | null;
  /** Of input, answer and the ids of items together, before they were sealed. */
  bytes: number;
  itemIds: readonly string[];
  createdAt: Date;
};

/** One step of a conversation, without what was said in it. */
export type ResponseLink = { id: string; bytes: number };

/** Whose rows, and since when: what is older has expired, removed or not. */
export type ResponseScope = { userId: string; since: Date };

const Row = z
  .object({
    user_id: z.string(),
    id: z.string(),
    previous_id: z.string().nullable(),
    model: z.string(),
    account_id: z.string().nullable(),
    platform_id: z.string().nullable(),
    input: z.string().nullable(),
    answer: z.string().nullable(),
    bytes: z.number(),
    item_ids: z.array(z.string()).nullable(),
    created_at: z.date(),
  })
  .transform(
    (row): ResponseRow => ({
      userId: row.user_id,
      id: row.id,
      previousId: row.previous_id,
      model: row.model,
      accountId: row.account_id,
      platformId: row.platform_id,
      input: row.input,
      answer: row.answer,
      bytes: row.bytes,
      itemIds: row.item_ids ?? [],
      createdAt: row.created_at,
    }),
  );

const Count = z.object({ count: z.number() });
const Sum = z.object({ bytes: z.number() });
const Link = z.object({ id: z.string(), bytes: z.number() });

const COLUMNS =
  'user_id, id, previous_id, model, account_id, platform_id, input, answer, bytes, item_ids, created_at';

// A platform may give the same id twice: what it said last holds. It chooses its ids, so that it could
// name another's: those stay as they are.
const INSERT = `INSERT INTO stored_responses (${COLUMNS})
   VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
   ON CONFLICT (user_id, id) DO UPDATE SET
     previous_id = excluded.previous_id, model = excluded.model, platform_id = excluded.platform_id,
     input = excluded.input, answer = excluded.answer,
     bytes = excluded.bytes, item_ids = excluded.item_ids, created_at = excluded.created_at
   WHERE stored_responses.account_id IS NOT DISTINCT FROM excluded.account_id`;

const save = named('responses_save', INSERT);

/** What a row takes beside what was said, roughly: ids, and its place in the indexes. */
const ROW_BYTES = 512;

// Other servers may do the same for the same person: each takes rows of its own.
const saveWithin = named(
  'responses_save_within',
  `WITH kept AS (${INSERT} RETURNING id),
   counted AS (
     SELECT id, sum(bytes + ${ROW_BYTES}) OVER (ORDER BY created_at DESC, id DESC) AS bytes
       FROM stored_responses WHERE user_id = $1 AND id <> $2
   ),
   oldest AS (
     SELECT id FROM stored_responses
      WHERE user_id = $1
        AND id IN (SELECT id FROM counted WHERE bytes + $9::int + ${ROW_BYTES} > $12::float8)
        FOR UPDATE SKIP LOCKED
   ),
   removed AS (
     DELETE FROM stored_responses WHERE user_id = $1 AND id IN (SELECT id FROM oldest)
   )
   SELECT count(*)::int AS count FROM kept`,
);

const find = named(
  'responses_find',
  `SELECT ${COLUMNS} FROM stored_responses
    WHERE user_id = $1 AND id = ANY($2::text[]) AND created_at >= $3`,
);

const bytesOf = named(
  'responses_bytes_of',
  `SELECT coalesce(sum(bytes), 0)::float8 AS bytes FROM stored_responses
    WHERE user_id = $1 AND id = ANY($2::text[]) AND created_at >= $3`,
);

const holding = named(
  'responses_holding',
  `SELECT ${COLUMNS} FROM stored_responses
    WHERE user_id = $1 AND item_ids && $2::text[] AND created_at >= $3 LIMIT $4`,
);

const walk = named(
  'responses_walk',
  `WITH RECURSIVE link AS (
     SELECT id, previous_id, account_id, bytes, 1 AS depth
       FROM stored_responses
      WHERE user_id = $1 AND id = $2 AND created_at >= $3
     UNION ALL
     SELECT r.id, r.previous_id, r.account_id, r.bytes, l.depth + 1
       FROM link l
       JOIN stored_responses r
         ON r.user_id = $1 AND r.id = l.previous_id AND r.created_at >= $3
      WHERE l.account_id IS NULL AND l.depth < $4
   )
   SELECT id, bytes FROM link ORDER BY depth DESC`,
);

const remove = named(
  'responses_remove',
  'DELETE FROM stored_responses WHERE user_id = $1 AND id = $2 AND created_at >= $3',
);

// Other servers on the same database remove at the same time: each takes rows of its own.
const removeExpired = named(
  'responses_remove_expired',
  `DELETE FROM stored_responses WHERE (user_id, id) IN (
     SELECT user_id, id FROM stored_responses WHERE created_at < $1
      ORDER BY created_at LIMIT $2 FOR UPDATE SKIP LOCKED
   )`,
);

/** Rows of `stored_responses`. Every read takes whose they are. */
export function createResponsesRepo(pool: Pick<Pool, 'query'>) {
  return {
    /**
     * With `most`, the oldest of the same person are removed until all of them have so many bytes at
     * most. Resolves with false when the id is taken by another account's.
     */
    async save(row: ResponseRow, most: number | null): Promise<boolean> {
      const { userId, id, previousId, model, accountId, platformId } = row;
      const { input, answer, bytes, itemIds, createdAt } = row;
      const ids = [userId, id, previousId, model, accountId, platformId];
      const values = [...ids, input, answer, bytes, itemIds, createdAt];
      if (most === null) return ((await pool.query(save(values))).rowCount ?? 0) > 0;
      const { rows } = await pool.query(saveWithin([...values, most]));
      return Count.parse(rows[0]).count > 0;
    },

    /** In no order; ids that are unknown, expired or another's are left out. */
    async find(ids: readonly string[], { userId, since }: ResponseScope): Promise<ResponseRow[]> {
      const { rows } = await pool.query(find([userId, ids, since]));
      return z.array(Row).parse(rows);
    },

    /** What was said in them, in bytes, all together. */
    async bytesOf(ids: readonly string[], { userId, since }: ResponseScope): Promise<number> {
      const { rows } = await pool.query(bytesOf([userId, ids, since]));
      return Sum.parse(rows[0]).bytes;
    },

    /** Responses that have one of these items, in no order, at most `most`. */
    async holding(
      itemIds: readonly string[],
      { userId, since }: ResponseScope,
      most: number,
    ): Promise<ResponseRow[]> {
      const { rows } = await pool.query(holding([userId, itemIds, since, most]));
      return z.array(Row).parse(rows);
    },

    /** A response and those before it, oldest first, at most `most`, ending at one that a platform keeps. */
    async walk(
      id: string,
      { userId, since }: ResponseScope,
      most: number,
    ): Promise<ResponseLink[]> {
      const { rows } = await pool.query(walk([userId, id, since, most]));
      return z.array(Link).parse(rows);
    },

    /** Resolves with false when there was none. */
    async remove(id: string, { userId, since }: ResponseScope): Promise<boolean> {
      const { rowCount } = await pool.query(remove([userId, id, since]));
      return (rowCount ?? 0) > 0;
    },

    /** Removes at most `most` rows of before `until`; resolves with how many there were. */
    async removeExpired(until: Date, most: number): Promise<number> {
      const { rowCount } = await pool.query(removeExpired([until, most]));
      return rowCount ?? 0;
    },
  };
}
export type ResponsesRepo = ReturnType<typeof createResponsesRepo>;
