import { z } from 'zod';
import type { Credit } from './credit.ts';

/** Whose credit, and for which models. */
export type CreditKey = { userId: string; groupKey: string };

export type CreditRow = CreditKey & Credit;

export const CREDIT_COLUMNS =
  'user_id, group_key, quota, max, rate, held, owed, carry, waived, waived_at, granted, taken, spent, updated_at';

/** A row of `pool_credits` as it comes from the database. */
export const StoredCredit = z
  .object({
    user_id: z.string(),
    group_key: z.string(),
    quota: z.bigint(),
    max: z.bigint(),
    rate: z.bigint(),
    held: z.bigint(),
    owed: z.bigint(),
    carry: z.bigint(),
    waived: z.bigint(),
    waived_at: z.date().nullable(),
    granted: z.bigint(),
    taken: z.bigint(),
    spent: z.bigint(),
    updated_at: z.date(),
  })
  .transform(
    ({ group_key, updated_at, user_id, waived_at, ...amounts }): CreditRow => ({
      ...amounts,
      userId: user_id,
      groupKey: group_key,
      waivedAt: waived_at?.getTime() ?? null,
      updatedAt: updated_at.getTime(),
    }),
  );
