import type { Pool } from 'pg';
import { z } from 'zod';
import type { QuotaSubject } from '#shared/schemas/quotas.ts';
import type { PastRequest } from './preview.ts';

/** int8 comes as bigint; tokens and micro-dollars fit a number. */
const Whole = z.coerce.number();
const Past = z.object({
  id: z.string(),
  created_at: z.date(),
  tokens: Whole,
  cost: Whole,
  latency_ms: z.number(),
});

const COLUMNS = {
  user: 'user_id',
  key: 'key_id',
  model: 'model',
  account: 'account_id',
  platform: 'platform_id',
} as const satisfies Partial<Record<QuotaSubject, string>>;
type Counted = keyof typeof COLUMNS;

const PAGE = 5_000;
/** Past this many the rest of a day is told of by the part that was seen. */
const MOST = 1_000_000;

/** Whose use the usage table can tell; of the others nothing is kept yet. */
export function isCounted(subject: QuotaSubject): subject is Counted {
  return subject in COLUMNS;
}

/** Past requests of a subject. Times are epoch milliseconds. */
export function createUsedRepo(pool: Pick<Pool, 'query'>) {
  return {
    /** Requests that were let in, the oldest first; page by page, so that a busy day fits. */
    async *past(
      subject: Counted,
      id: string,
      from: number,
      to: number,
    ): AsyncGenerator<PastRequest> {
      let after = [new Date(from), '00000000-0000-0000-0000-000000000000'];
      for (let seen = 0; seen < MOST; seen += PAGE) {
        const { rows } = await pool.query(
          `SELECT id, created_at, input_tokens::bigint + output_tokens AS tokens,
                  coalesce(cost, 0) AS cost, latency_ms
             FROM usage
            WHERE ${COLUMNS[subject]} = $1 AND created_at < $2 AND created_at >= $3
              AND (created_at, id) > ($3, $4::uuid)
              AND outcome NOT IN ('rate_limited', 'quota_exhausted')
            ORDER BY created_at, id LIMIT ${PAGE}`,
          [id, new Date(to), ...after],
        );
        for (const row of z.array(Past).parse(rows)) {
          const { created_at: at, latency_ms: latencyMs, ...rest } = row;
          after = [at, row.id];
          yield { ...rest, at: at.getTime(), latencyMs };
        }
        if (rows.length < PAGE) return;
      }
    },
  };
}
export type UsedRepo = ReturnType<typeof createUsedRepo>;
