import type { Pool } from 'pg';
import { z } from 'zod';
import type { Spend } from '../../gateway/ports.ts';
import { named } from '../../infra/postgres/pool.ts';

/** int8 comes as bigint; tokens and micro-dollars fit a number. */
const Whole = z.coerce.number();
const Row = z.object({ id: z.string(), tokens: Whole, cost: Whole });

const HOUR_MS = 3_600_000;

const byId = named(
  'quotas_spent_by_id',
  `SELECT id, input_tokens::bigint + output_tokens AS tokens, coalesce(cost, 0) AS cost
     FROM usage WHERE id = ANY($1::uuid[]) AND created_at >= $2 AND created_at <= $3`,
);

/** What requests used by their records; those without one yet are not in the answer. */
export function createSpentRepo(pool: Pick<Pool, 'query'>) {
  return async (requestIds: readonly string[]): Promise<ReadonlyMap<string, Spend>> => {
    const times = requestIds.map(timeOf);
    // Their ids tell the time, and the time the few partitions to look into.
    const from = new Date(Math.min(...times) - HOUR_MS);
    const to = new Date(Math.max(...times) + HOUR_MS);
    const { rows } = await pool.query(byId([requestIds, from, to]));
    return new Map(
      z
        .array(Row)
        .parse(rows)
        .map(({ id, ...spent }) => [id, spent]),
    );
  };
}

/** When a UUIDv7 was made (epoch ms). */
function timeOf(id: string): number {
  return Number.parseInt(id.replaceAll('-', '').slice(0, 12), 16);
}
