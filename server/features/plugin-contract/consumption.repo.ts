import type { Pool } from 'pg';
import { z } from 'zod';

/** Whose requests, from when to when (epoch ms), and which of them. */
export type ConsumptionQuery = {
  userId: string;
  from: number;
  to: number;
  /** Only by this account; null = by whichever. */
  accountId?: string | null;
  /** Only by accounts of this platform; null = of whichever. */
  platformId?: string | null;
  model?: string | null;
};

const Row = z.object({
  id: z.string(),
  at: z.date(),
  account_id: z.string(),
  model: z.string(),
  consumed: z.bigint(),
  quota_before: z.number().nullable(),
  quota_after: z.number().nullable(),
  shared: z.boolean(),
});
export type ConsumptionRow = z.infer<typeof Row>;

const Sums = z.object({
  requests: z.bigint(),
  consumed: z.bigint(),
  lent: z.bigint(),
  last_at: z.date().nullable(),
});
export type ConsumptionSums = z.infer<typeof Sums>;

const ModelSums = Sums.extend({
  model: z.string(),
  least: z.bigint(),
  most: z.bigint(),
});
export type ModelSums = z.infer<typeof ModelSums>;

// NOTE: a request has one record, and one movement where it took pool credit; both have its id.
const CONSUMED = `FROM usage u
  LEFT JOIN pool_movements m ON m.id = u.id AND m.kind = 'spend'
  LEFT JOIN accounts a ON a.id = u.account_id
  WHERE u.user_id = $1 AND u.created_at >= $2 AND u.created_at <= $3
    AND u.account_id IS NOT NULL AND u.outcome IN ('ok', 'aborted')
    AND ($4::uuid IS NULL OR u.account_id = $4) AND ($5::text IS NULL OR u.platform_id = $5)
    AND ($6::text IS NULL OR u.model = $6)`;
const TAKEN = 'coalesce(-m.amount, 0)';
const IS_LENT = '(m.id IS NOT NULL OR coalesce(a.owner_id <> u.user_id, false))';
const SUMS = `count(*)::bigint AS requests, coalesce(sum(${TAKEN}), 0)::bigint AS consumed,
  coalesce(sum(${TAKEN}) FILTER (WHERE ${IS_LENT}), 0)::bigint AS lent, max(u.created_at) AS last_at`;

/** What requests took of the accounts that served them. `reports` is for statistics, which may take their time. */
export function createConsumptionRepo(reports: Pick<Pool, 'query'>) {
  return {
    /** Newest first. */
    async rows(
      query: ConsumptionQuery,
      { limit, offset = 0 }: { limit: number; offset?: number },
    ): Promise<ConsumptionRow[]> {
      const { rows } = await reports.query(
        `SELECT u.id, u.created_at AS at, u.account_id, u.model, ${TAKEN}::bigint AS consumed,
                m.quota_before, m.quota_after, ${IS_LENT} AS shared
         ${CONSUMED} ORDER BY u.created_at DESC, u.id DESC LIMIT $7 OFFSET $8`,
        [...valuesOf(query), limit, offset],
      );
      return z.array(Row).parse(rows);
    },

    async sums(query: ConsumptionQuery): Promise<ConsumptionSums> {
      const { rows } = await reports.query(`SELECT ${SUMS} ${CONSUMED}`, valuesOf(query));
      return Sums.parse(rows[0]);
    },

    /** By model, the one asked for most first. */
    async byModel(query: ConsumptionQuery): Promise<ModelSums[]> {
      const { rows } = await reports.query(
        `SELECT u.model, ${SUMS}, min(${TAKEN})::bigint AS least, max(${TAKEN})::bigint AS most
         ${CONSUMED} GROUP BY u.model ORDER BY requests DESC, u.model LIMIT 1000`,
        valuesOf(query),
      );
      return z.array(ModelSums).parse(rows);
    },
  };
}
export type ConsumptionRepo = ReturnType<typeof createConsumptionRepo>;

function valuesOf(query: ConsumptionQuery): unknown[] {
  const { accountId = null, from, model = null, platformId = null, to, userId } = query;
  return [userId, new Date(from), new Date(to), accountId, platformId, model];
}
