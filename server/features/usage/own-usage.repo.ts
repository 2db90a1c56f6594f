import type { Pool } from 'pg';
import { z } from 'zod';

export type OwnLogsQuery = {
  userId: string;
  from: Date;
  /** Left out. */
  to: Date;
  model?: string | undefined;
  /** The key's number; another's finds nothing. */
  keyNumber?: number | undefined;
  outcome?: 'success' | 'failed' | 'aborted' | undefined;
  limit: number;
  offset: number;
};

/** int8 comes as bigint; tokens, micro-dollars and micro-credits fit a number. */
const Whole = z.coerce.number();

const OwnLog = z.object({
  id: z.string(),
  created_at: z.date(),
  door: z.string(),
  operation: z.string(),
  model: z.string(),
  outcome: z.string(),
  status: z.number(),
  input_tokens: z.number(),
  cached_tokens: z.number(),
  output_tokens: z.number(),
  cost: Whole.nullable(),
  latency_ms: z.number(),
  key_number: z.number().nullable(),
  /** Micro-credits of the pool. */
  consumed: Whole,
});
export type OwnLog = z.infer<typeof OwnLog>;

const Key = z.object({ id: z.string(), number: z.number(), name: z.string() });

/** Reads of one person's usage for programs. `reports` is for statistics, which may take their time. */
export function createOwnUsageRepo(reports: Pick<Pool, 'query'>) {
  return {
    /** Newest first. */
    async logs(query: OwnLogsQuery): Promise<OwnLog[]> {
      const { from, keyNumber, limit, model, offset, outcome, to, userId } = query;
      const { rows } = await reports.query(
        `WITH t AS MATERIALIZED (
           SELECT * FROM usage
            WHERE user_id = $1 AND created_at >= $2 AND created_at < $3
              AND ($4::text IS NULL OR model = $4)
              AND ($5::int IS NULL OR key_id =
                   (SELECT id FROM api_keys WHERE number = $5 AND owner_id = $1))
              AND CASE $6 WHEN 'success' THEN outcome = 'ok' WHEN 'aborted' THEN outcome = 'aborted'
                          WHEN 'failed' THEN outcome NOT IN ('ok', 'aborted') ELSE true END
            ORDER BY created_at DESC, id DESC LIMIT $7 OFFSET $8)
         SELECT t.id, t.created_at, t.door, t.operation, t.model, t.outcome, t.status,
                t.input_tokens, t.cached_tokens, t.output_tokens, t.cost, t.latency_ms,
                k.number AS key_number, coalesce(-m.amount, 0)::bigint AS consumed
           FROM t LEFT JOIN api_keys k ON k.id = t.key_id
           LEFT JOIN pool_movements m ON m.id = t.id AND m.kind = 'spend'
          ORDER BY t.created_at DESC, t.id DESC`,
        [userId, from, to, model ?? null, keyNumber ?? null, outcome ?? '', limit, offset],
      );
      return z.array(OwnLog).parse(rows);
    },

    /** A person's keys by their ids, revoked ones too. */
    async keys(userId: string): Promise<Map<string, { number: number; name: string }>> {
      const { rows } = await reports.query(
        'SELECT id, number, name FROM api_keys WHERE owner_id = $1',
        [userId],
      );
      const found = z.array(Key).parse(rows);
      return new Map(found.map(({ id, name, number }) => [id, { name, number }]));
    },

    /** Micro-credits of the pool that the person's requests took. */
    async consumed(userId: string, from: Date, to: Date): Promise<number> {
      const { rows } = await reports.query(
        `SELECT coalesce(sum(-amount), 0)::bigint AS consumed FROM pool_movements
          WHERE user_id = $1 AND kind = 'spend' AND at >= $2 AND at < $3`,
        [userId, from, to],
      );
      return z.object({ consumed: Whole }).parse(rows[0]).consumed;
    },
  };
}
