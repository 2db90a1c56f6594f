import type { Pool } from 'pg';
import { z } from 'zod';
import { histogramOf, percentile } from './durations.ts';
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
const HISTOGRAMS = 'sum(latency)::text AS latency, sum(first_token)::text AS first_token';

/** `at` of the sums of a stretch of time: steps of so many ms from `from` on. */
export type Steps = { stepMs: number };

const Placed = Sums.extend({
  place: z.union([z.date().transform((at) => at.toISOString()), z.string()]),
  latency: z.string().nullable(),
  first_token: z.string().nullable(),
});

/** Reads of the sums of usage. */
export function createRollupsRepo(pool: Pick<Pool, 'query'>) {
  async function read(what: string, where: Where, limit?: number): Promise<Map<string, SumsRow>> {
    const { rows } = await pool.query(
      `SELECT ${what} AS place, ${SUMS}, ${HISTOGRAMS} FROM usage_rollups WHERE ${where.text}
        GROUP BY 1 ORDER BY requests DESC, 1${limit === undefined ? '' : ` LIMIT ${limit}`}`,
      [...where.values],
    );
    return new Map(z.array(Placed).parse(rows).map(toSums));
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

function toSums(row: z.infer<typeof Placed>): [string, SumsRow] {
  const { place, latency, first_token: firstToken, ...sums } = row;
  const durations = histogramOf(latency);
  return [
    place,
    {
      ...sums,
      latencyP50: percentile(durations, 0.5),
      latencyP95: percentile(durations, 0.95),
      firstTokenP50: percentile(histogramOf(firstToken), 0.5),
    },
  ];
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
