import type { Pool } from 'pg';
import { z } from 'zod';
import { named } from '../../infra/postgres/pool.ts';
import { type Histogram, percentile } from './durations.ts';
import { EVERYBODY, type Grain } from './rollup.sql.ts';

/** What sums may be told apart by, besides time. */
export type Dimension = 'total' | 'user' | 'key' | 'model' | 'account' | 'platform';

/** Whose sums, and when: from the hour or day that begins at `from` up to `to`, which is left out. */
export type RollupQuery = {
  grain: Grain;
  /** Null = everybody. */
  userId: string | null;
  from: Date;
  to: Date;
};

/** int8 comes as bigint; tokens and micro-dollars fit a number. */
const Whole = z.coerce.number();
const Sums = z.object({
  requests: Whole,
  errors: Whole,
  aborted: Whole,
  input_tokens: Whole,
  cached_tokens: Whole,
  cache_write_tokens: Whole,
  output_tokens: Whole,
  reasoning_tokens: Whole,
  cost: Whole,
});
export type SumsRow = z.infer<typeof Sums> & {
  /** Of answers, in ms; null where none were timed. */
  latencyP50: number | null;
  latencyP95: number | null;
  firstTokenP50: number | null;
};

const SUMS = Object.keys(Sums.shape)
  .map((name) => `coalesce(sum(${name}), 0)::bigint AS ${name}`)
  .join(', ');

/** `at` of the sums of a stretch of time: steps of so many ms from `from` on. */
export type Steps = { stepMs: number };

const Place = z.object({
  place: z.union([z.date().transform((at) => at.toISOString()), z.string()]),
});
const Placed = Sums.extend(Place.shape);
const Bucket = Place.extend({ measure: z.string(), bucket: Whole, count: Whole });

/** Reads of the sums of usage. */
export function createRollupsRepo(pool: Pick<Pool, 'query'>) {
  async function read(what: string, where: Where, limit?: number): Promise<Map<string, SumsRow>> {
    const { rows } = await pool.query(
      `SELECT ${what} AS place, ${SUMS} FROM usage_rollups WHERE ${where.text}
        GROUP BY 1 ORDER BY requests DESC, 1${limit === undefined ? '' : ` LIMIT ${limit}`}`,
      [...where.values],
    );
    const sums = z.array(Placed).parse(rows);
    const durations = await readDurations(what, where, limit === undefined ? null : sums);
    return new Map(
      sums.map(({ place, ...row }) => {
        const latency = durations.get(`latency ${place}`) ?? new Map();
        const firstToken = durations.get(`first_token ${place}`) ?? new Map();
        const more = {
          latencyP50: percentile(latency, 0.5),
          latencyP95: percentile(latency, 0.95),
          firstTokenP50: percentile(firstToken, 0.5),
        };
        return [place, { ...row, ...more }];
      }),
    );
  }

  async function readDurations(
    what: string,
    where: Where,
    only: readonly { place: string }[] | null,
  ): Promise<Map<string, Histogram>> {
    const { rows } = await pool.query(
      // NOTE: an array with gaps is read from its beginning for each subscript, but once by unnest.
      `SELECT place, measure, lowest + n - 1 AS bucket, sum(count)::bigint AS count
         FROM (SELECT ${what} AS place, latency, first_token FROM usage_rollups
                WHERE ${where.text} ${only ? `AND value = ANY($${where.values.length + 1}::text[])` : ''}
              ) AS r
        CROSS JOIN LATERAL (VALUES ('latency', latency, array_lower(latency, 1)),
                                   ('first_token', first_token, array_lower(first_token, 1)))
                AS m (measure, counts, lowest)
        CROSS JOIN LATERAL unnest(counts) WITH ORDINALITY AS c (count, n)
        WHERE count IS NOT NULL
        GROUP BY 1, 2, 3`,
      only ? [...where.values, only.map(({ place }) => place)] : [...where.values],
    );
    const found = new Map<string, Map<number, number>>();
    for (const { place, measure, bucket, count } of z.array(Bucket).parse(rows)) {
      const name = `${measure} ${place}`;
      found.set(name, (found.get(name) ?? new Map()).set(bucket, count));
    }
    return found;
  }

  return {
    /** By value of a dimension, those with the most requests first. */
    byValue(
      dimension: Dimension,
      query: RollupQuery,
      limit: number,
    ): Promise<Map<string, SumsRow>> {
      return read('value', valuesOf(dimension, query), limit);
    },

    /** By step of time, named by its beginning (ISO); steps without requests are left out. */
    byTime(query: RollupQuery, steps: Steps | null): Promise<Map<string, SumsRow>> {
      const where = totalOf(query);
      if (steps === null) return read('at', where);
      const values = [...where.values, steps.stepMs];
      const bin = `date_bin($${values.length}::float8 * interval '1 ms', at, $3)`;
      return read(bin, { ...where, values });
    },

    /** All of it together; undefined when there was nothing. */
    async total(query: RollupQuery): Promise<SumsRow | undefined> {
      return (await read(`''`, totalOf(query))).get('');
    },
  };
}

type Where = { text: string; values: readonly unknown[] };

function valuesOf(dimension: Dimension, { grain, userId, from, to }: RollupQuery): Where {
  // Users are told apart among everybody only, so one user's sums are found by its value.
  const own = dimension === 'user' && userId !== null;
  return {
    text: `grain = $1::usage_grain AND dimension = $2::usage_dimension AND at >= $3 AND at < $4
       AND scope = $5::uuid${own ? ' AND value = $6' : ''}`,
    values: [
      grain,
      dimension,
      from,
      to,
      own ? EVERYBODY : (userId ?? EVERYBODY),
      ...(own ? [userId] : []),
    ],
  };
}

/** Everybody's requests, or all of one user's. */
function totalOf(query: RollupQuery): Where {
  return valuesOf(query.userId === null ? 'total' : 'user', query);
}

export type UsedSubject = 'user' | 'key' | 'model' | 'account' | 'platform';
export type Used = { requests: number; tokens: number; cost: number };

const RECORD_COLUMNS: Readonly<Record<UsedSubject, string>> = {
  user: 'user_id = $1::uuid',
  key: 'key_id = $1::uuid',
  model: 'model = $1',
  account: 'account_id = $1::uuid',
  platform: 'platform_id = $1',
};

const UsedRow = z.object({ requests: Whole, tokens: Whole, cost: Whole });

const usedBy = (subject: UsedSubject) => {
  const rolledUp = (grain: Grain, time: string) => `
    SELECT requests, input_tokens + output_tokens AS tokens, cost FROM usage_rollups
     WHERE value = $1 AND dimension = '${subject}' AND grain = '${grain}'
       AND scope = '${EVERYBODY}' AND ${time}`;
  const recorded = (time: string) => `
    SELECT 1, input_tokens::bigint + output_tokens, cost FROM usage
     WHERE ${RECORD_COLUMNS[subject]} AND ${time}`;
  return named(
    `usage_used_by_${subject}`,
    `SELECT coalesce(sum(requests), 0)::bigint AS requests, coalesce(sum(tokens), 0)::bigint AS tokens,
            coalesce(sum(cost), 0)::bigint AS cost
       FROM (${rolledUp('day', 'at >= $2')}
             UNION ALL ${rolledUp('hour', 'at >= $3 AND at < $4')}
             UNION ALL ${recorded('created_at >= $5 AND created_at < $6')}
             UNION ALL ${recorded('created_at >= $7 AND created_at < $8')}) AS parts`,
  );
};

const USED: Readonly<Record<UsedSubject, ReturnType<typeof named>>> = {
  user: usedBy('user'),
  key: usedBy('key'),
  model: usedBy('model'),
  account: usedBy('account'),
  platform: usedBy('platform'),
};

/** Sums of what a subject used up to now, from times cut up by `piecesSince`. */
export async function readUsed(
  pool: Pick<Pool, 'query'>,
  subject: UsedSubject,
  { id, pieces }: { id: string; pieces: Pieces },
): Promise<Used> {
  const { rows } = await pool.query(USED[subject]([id, ...pieces.map((time) => new Date(time))]));
  return UsedRow.parse(rows[0]);
}

/** Epoch ms: whole days from, whole hours from and to, single records from and to, and again. */
export type Pieces = readonly [number, number, number, number, number, number, number];
