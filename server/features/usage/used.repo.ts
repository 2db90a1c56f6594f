import type { Pool } from 'pg';
import { z } from 'zod';
import { named } from '../../infra/postgres/pool.ts';
import { EVERYBODY } from './rollup.sql.ts';

export type UsedSubject = 'user' | 'key' | 'model' | 'account' | 'platform';
export type Used = { requests: number; tokens: number; cost: number };

/** From (epoch ms) up to, which is left out; the same twice = nothing. */
export type Stretch = readonly [number, number];

/** A time cut into whole days, which are summed up already, and what lies before and after them. */
export type Pieces = { days: Stretch; edges: readonly [Stretch, Stretch] };

const RECORD_COLUMNS: Readonly<Record<UsedSubject, string>> = {
  user: 'user_id = $1::uuid',
  key: 'key_id = $1::uuid',
  model: 'model = $1',
  account: 'account_id = $1::uuid',
  platform: 'platform_id = $1',
};

/** int8 comes as bigint; tokens and micro-dollars fit a number. */
const Whole = z.coerce.number();
const UsedRow = z.object({ requests: Whole, tokens: Whole, cost: Whole });
const SpentRow = z.object({ value: z.string(), day: Whole, month: Whole });
const TokensRow = z.object({ value: z.string(), tokens: Whole });

/** The n-th stretch of a statement; its first value is whose use it is. */
const within = (column: string, n: number) =>
  `${column} >= $${2 * n + 2} AND ${column} < $${2 * n + 3}`;

const usedBy = (subject: UsedSubject) => {
  const summed = `
    SELECT requests, input_tokens + output_tokens AS tokens, cost FROM usage_rollups
     WHERE grain = 'day' AND dimension = '${subject}' AND scope = '${EVERYBODY}'
       AND value = $1 AND ${within('at', 0)}`;
  const recorded = (n: number) => `
    SELECT 1, input_tokens::bigint + output_tokens, cost FROM usage
     WHERE ${RECORD_COLUMNS[subject]} AND ${within('created_at', n)}`;
  return named(
    `usage_used_by_${subject}`,
    `SELECT coalesce(sum(requests), 0)::bigint AS requests, coalesce(sum(tokens), 0)::bigint AS tokens,
            coalesce(sum(cost), 0)::bigint AS cost
       FROM (${[summed, recorded(1), recorded(2)].join(' UNION ALL ')}) AS parts`,
  );
};

const USED: Readonly<Record<UsedSubject, ReturnType<typeof named>>> = {
  user: usedBy('user'),
  key: usedBy('key'),
  model: usedBy('model'),
  account: usedBy('account'),
  platform: usedBy('platform'),
};

/** Sums of what a subject used in a time cut up by `piecesOf`. */
export async function readUsed(
  pool: Pick<Pool, 'query'>,
  subject: UsedSubject,
  { id, pieces }: { id: string; pieces: Pieces },
): Promise<Used> {
  const times = [pieces.days, ...pieces.edges].flat().map((time) => new Date(time));
  const { rows } = await pool.query(USED[subject]([id, ...times]));
  return UsedRow.parse(rows[0]);
}

const tokensOfDay = named(
  'usage_tokens_of_day',
  `SELECT value, input_tokens + output_tokens AS tokens FROM usage_rollups
    WHERE grain = 'day' AND dimension = $1::usage_dimension AND scope = '${EVERYBODY}'
      AND value = ANY($2::text[]) AND at = $3`,
);

const spentOfMonth = named(
  'usage_spent_of_month',
  `SELECT value, coalesce(sum(cost) FILTER (WHERE at >= $4), 0)::bigint AS day,
          coalesce(sum(cost), 0)::bigint AS month FROM usage_rollups
    WHERE grain = 'day' AND dimension = $1::usage_dimension AND scope = '${EVERYBODY}'
      AND value = ANY($2::text[]) AND at >= $3
    GROUP BY value`,
);

/** Micro-dollars since the day and the month began (epoch ms), by id; of none where nothing was used. */
export async function readSpentOfMonth(
  pool: Pick<Pool, 'query'>,
  subject: UsedSubject,
  { ids, day, month }: { ids: readonly string[]; day: number; month: number },
): Promise<Map<string, { day: number; month: number }>> {
  if (ids.length === 0) return new Map();
  const { rows } = await pool.query(spentOfMonth([subject, ids, new Date(month), new Date(day)]));
  return new Map(
    z
      .array(SpentRow)
      .parse(rows)
      .map(({ value, ...spent }) => [value, spent]),
  );
}

/** Input and output tokens of the day that begins then (epoch ms), by id; of none where nothing was used. */
export async function readTokensOfDay(
  pool: Pick<Pool, 'query'>,
  subject: UsedSubject,
  { ids, day }: { ids: readonly string[]; day: number },
): Promise<Map<string, number>> {
  if (ids.length === 0) return new Map();
  const { rows } = await pool.query(tokensOfDay([subject, ids, new Date(day)]));
  return new Map(
    z
      .array(TokensRow)
      .parse(rows)
      .map(({ value, tokens }) => [value, tokens]),
  );
}
