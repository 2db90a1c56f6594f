import type { Pool } from 'pg';
import { z } from 'zod';

/** Where a page of movements ended: newest first, the id decides between equal times. */
export type MovementCursor = { at: Date; id: string };

const Movement = z.object({
  id: z.string(),
  at: z.date(),
  group_key: z.string(),
  kind: z.enum(['lend', 'withdraw', 'spend']),
  amount: z.bigint(),
  model: z.string().nullable(),
});
export type MovementRow = z.infer<typeof Movement>;

const Lent = z.object({ group_key: z.string(), count: z.int() });
const LentAccount = z.object({
  id: z.string(),
  platform_id: z.string(),
  loan_models: z.array(z.string()),
  models_off: z.array(z.string()),
});
type LentAccount = { id: string; platformId: string; models: string[]; modelsOff: string[] };

const Use = z.object({
  account_id: z.string(),
  account_name: z.string(),
  user_name: z.string(),
  model: z.string(),
  requests: z.int(),
  tokens: z.bigint(),
  last_at: z.date(),
});
export type UseRow = z.infer<typeof Use>;

export type PoolRepo = ReturnType<typeof createPoolRepo>;

/** What the pool page shows. `reports` is for statistics, which may take their time. */
export function createPoolRepo(pool: Pick<Pool, 'query'>, reports: Pick<Pool, 'query'>) {
  return {
    /** A person's movements, newest first; recovery is none of them. */
    async movements(
      userId: string,
      { before, limit }: { before: MovementCursor | null; limit: number },
    ): Promise<MovementRow[]> {
      const { rows } = await pool.query(
        `SELECT id, at, group_key, kind, amount, model FROM pool_movements
          WHERE user_id = $1 AND ($2::timestamptz IS NULL OR (at, id) < ($2, $3::uuid))
          ORDER BY at DESC, id DESC LIMIT $4`,
        [userId, before?.at ?? null, before?.id ?? null, limit],
      );
      return z.array(Movement).parse(rows);
    },

    /** How many accounts a person lends, by credit. */
    async lentBy(userId: string): Promise<Map<string, number>> {
      const { rows } = await pool.query(
        'SELECT group_key, count(*)::int AS count FROM pool_lendings WHERE user_id = $1 GROUP BY 1',
        [userId],
      );
      return new Map(
        z
          .array(Lent)
          .parse(rows)
          .map((row) => [row.group_key, row.count]),
      );
    },

    /** Every account lent to everyone that is switched on, and for which models (none = all) but those off; resting ones too. */
    async lentAccounts(): Promise<LentAccount[]> {
      const { rows } = await pool.query(
        `SELECT a.id, a.platform_id, a.loan_models, a.models_off FROM accounts a JOIN users u ON u.id = a.owner_id
          WHERE a.shared AND cardinality(a.loan_users) = 0
            AND a.state::text NOT IN ('disabled', 'expired') AND u.state IN ('active', 'silenced')`,
      );
      return z
        .array(LentAccount)
        .parse(rows)
        .map((row) => ({
          id: row.id,
          platformId: row.platform_id,
          models: row.loan_models,
          modelsOff: row.models_off,
        }));
    },

    /** What others asked of this person's accounts since then, most first. */
    async usedByOthers(ownerId: string, since: Date, limit: number): Promise<UseRow[]> {
      const { rows } = await reports.query(
        `SELECT a.id AS account_id, a.name AS account_name,
                coalesce(nullif(u.display_name, ''), u.username, '') AS user_name, s.model,
                count(*)::int AS requests,
                sum(s.input_tokens::bigint + s.output_tokens)::bigint AS tokens,
                max(s.created_at) AS last_at
           FROM accounts a
           JOIN usage s ON s.account_id = a.id AND s.user_id <> a.owner_id AND s.created_at >= $2
           LEFT JOIN users u ON u.id = s.user_id
          WHERE a.owner_id = $1
          GROUP BY a.id, a.name, u.display_name, u.username, s.model
          ORDER BY requests DESC, last_at DESC LIMIT $3`,
        [ownerId, since, limit],
      );
      return z.array(Use).parse(rows);
    },
  };
}
