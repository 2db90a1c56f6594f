import type { Pool } from 'pg';
import { z } from 'zod';
import type { QuotaSubject } from '#shared/schemas/quotas.ts';
import type { Spend } from '../../gateway/ports.ts';
import { named } from '../../infra/postgres/pool.ts';

/** int8 comes as bigint; tokens and micro-dollars fit a number. */
const Sums = z.object({ tokens: z.coerce.number(), cost: z.coerce.number() });

const usedBy = (subject: QuotaSubject, column: string) =>
  named(
    `quotas_used_by_${subject.replace('-', '_')}`,
    `SELECT coalesce(sum(input_tokens::bigint + output_tokens), 0)::bigint AS tokens,
            coalesce(sum(cost), 0)::bigint AS cost
       FROM usage WHERE ${column} = $1 AND created_at >= $2`,
  );

const STATEMENTS: Partial<Record<QuotaSubject, ReturnType<typeof usedBy>>> = {
  user: usedBy('user', 'user_id'),
  key: usedBy('key', 'key_id'),
  model: usedBy('model', 'model'),
  account: usedBy('account', 'account_id'),
  platform: usedBy('platform', 'platform_id'),
};

/** What the usage table knows of a subject. */
export function createUsedRepo(pool: Pick<Pool, 'query'>) {
  return {
    /** Tokens and micro-dollars since a time (epoch ms). */
    async since(subject: QuotaSubject, id: string, from: number): Promise<Spend> {
      const statement = STATEMENTS[subject];
      if (!statement) return { tokens: 0, cost: 0 };
      const { rows } = await pool.query(statement([id, new Date(from)]));
      return Sums.parse(rows[0]);
    },
  };
}
export type UsedRepo = ReturnType<typeof createUsedRepo>;
