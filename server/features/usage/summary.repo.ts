import type { Pool } from 'pg';
import { z } from 'zod';
import { named } from '../../infra/postgres/pool.ts';
import { createRollupsRepo, type RollupQuery, type SumsRow } from './rollups.repo.ts';
import type { TimeSteps } from './time-steps.ts';
import type { UsageScope } from './usage.repo.ts';
import { piecesOf } from './used-since.ts';

const Whole = z.coerce.number();
/** percentile_cont gives a fraction between two measured values. */
const Percentile = z.number().transform(Math.round).nullable();

const Figures = z.object({
  requests: z.number(),
  errors: z.number(),
  input_tokens: Whole,
  cache_write_tokens: Whole,
  output_tokens: Whole,
  cost: Whole,
  /** Median and 95th percentile. */
  latency: z.tuple([Percentile, Percentile]).nullable(),
  first_token_p50: Percentile,
});
export type FiguresRow = z.infer<typeof Figures>;

const StepFigures = Figures.extend({ at: z.date() });
export type StepFiguresRow = z.infer<typeof StepFigures>;

const ModelFigures = z.object({
  model: z.string(),
  requests: z.number(),
  tokens: Whole,
  cost: Whole,
});
export type ModelFiguresRow = z.infer<typeof ModelFigures>;

// Latency is that of answers: a refusal takes no time and would flatter the figures.
// NOTE: both percentiles in one aggregate are one sort, and date_bin counts in integers: together a
// fifth of the time of the plain way over a million records.
const FIGURES = `
  count(*)::int AS requests,
  count(*) FILTER (WHERE outcome NOT IN ('ok', 'aborted'))::int AS errors,
  coalesce(sum(input_tokens), 0)::bigint AS input_tokens,
  coalesce(sum(cache_write_tokens), 0)::bigint AS cache_write_tokens,
  coalesce(sum(output_tokens), 0)::bigint AS output_tokens,
  coalesce(sum(cost), 0)::bigint AS cost,
  percentile_cont(ARRAY[0.5, 0.95]) WITHIN GROUP (ORDER BY latency_ms)
    FILTER (WHERE outcome = 'ok') AS latency,
  percentile_cont(0.5) WITHIN GROUP (ORDER BY first_token_ms)
    FILTER (WHERE outcome = 'ok') AS first_token_p50`;

const totals = (scope: string) => `SELECT ${FIGURES} FROM usage WHERE ${scope}`;

const series = (scope: string) => `
  SELECT date_bin($3::float8 * interval '1 ms', created_at, $1) AS at, ${FIGURES}
    FROM usage WHERE ${scope} GROUP BY 1`;

const busiest = (scope: string) => `
  SELECT model, count(*)::int AS requests,
         coalesce(sum(input_tokens::bigint + output_tokens), 0)::bigint AS tokens,
         coalesce(sum(cost), 0)::bigint AS cost
    FROM usage WHERE ${scope}
   GROUP BY model ORDER BY requests DESC, model LIMIT $3`;

// One statement for each scope, so that a prepared plan may rest on the index that fits it.
const everybody = 'created_at >= $1 AND created_at < $2';
const oneUser = (place: string) => `${everybody} AND user_id = ${place}::uuid`;
const totalsOfAll = named('usage_totals_all', totals(everybody));
const totalsOfUser = named('usage_totals_user', totals(oneUser('$3')));
const seriesOfAll = named('usage_series_all', series(everybody));
const seriesOfUser = named('usage_series_user', series(oneUser('$4')));
const busiestOfAll = named('usage_models_all', busiest(everybody));
// One user's models are summed by day; parts of days are few records.
const busiestOfUser = named(
  'usage_models_user',
  `SELECT model, sum(requests)::int AS requests, sum(tokens)::bigint AS tokens,
          coalesce(sum(cost), 0)::bigint AS cost
     FROM (
       SELECT value AS model, requests, input_tokens + output_tokens AS tokens, cost
         FROM usage_rollups
        WHERE grain = 'day' AND dimension = 'model' AND scope = $1::uuid AND at >= $2 AND at < $3
       UNION ALL
       SELECT model, 1, input_tokens::bigint + output_tokens, cost
         FROM usage WHERE user_id = $1::uuid AND created_at >= $4 AND created_at < $5
       UNION ALL
       SELECT model, 1, input_tokens::bigint + output_tokens, cost
         FROM usage WHERE user_id = $1::uuid AND created_at >= $6 AND created_at < $7
     ) AS parts
    GROUP BY model ORDER BY requests DESC, model LIMIT $8`,
);

/** What is asked of the sums; null of a time that is read from records. */
function sumsOf({ userId }: UsageScope, { from, grain, to }: TimeSteps): RollupQuery | null {
  return grain === 'record' ? null : { grain, userId, from, to };
}

/**
 * Figures of usage over time: from its sums, and where a step is shorter than an hour from records. The
 * zone is the one whose midnight ends a day.
 */
export function createSummaryRepo(pool: Pick<Pool, 'query'>, zone: string) {
  const rollups = createRollupsRepo(pool);

  async function busiestOf(userId: string, { from, to }: TimeSteps, limit: number) {
    const { days, edges } = piecesOf(from.getTime(), to.getTime(), zone);
    const times = [days, ...edges].flat().map((at) => new Date(at));
    const { rows } = await pool.query(busiestOfUser([userId, ...times, limit]));
    return z.array(ModelFigures).parse(rows);
  }

  return {
    async totals(scope: UsageScope, time: TimeSteps): Promise<FiguresRow | undefined> {
      const { from, to } = time;
      const query = sumsOf(scope, time);
      if (query) {
        const sums = await rollups.total(query);
        return sums && toFiguresRow(sums);
      }
      const { rows } = await pool.query(
        scope.userId === null ? totalsOfAll([from, to]) : totalsOfUser([from, to, scope.userId]),
      );
      return Figures.parse(rows[0]);
    },

    /** One row for each step that has records; `at` is its beginning. */
    async series(scope: UsageScope, time: TimeSteps): Promise<StepFiguresRow[]> {
      const { from, to, grain, stepMs } = time;
      const query = sumsOf(scope, time);
      if (query) {
        const sums = await rollups.byTime(query, grain === 'day' ? null : { stepMs });
        return [...sums].map(([at, row]) => ({ at: new Date(at), ...toFiguresRow(row) }));
      }
      const values = [from, to, stepMs];
      const { rows } = await pool.query(
        scope.userId === null ? seriesOfAll(values) : seriesOfUser([...values, scope.userId]),
      );
      return z.array(StepFigures).parse(rows);
    },

    /** Models with the most requests first. */
    async busiest(scope: UsageScope, time: TimeSteps, limit: number): Promise<ModelFiguresRow[]> {
      if (scope.userId !== null) return busiestOf(scope.userId, time, limit);
      const query = sumsOf(scope, time);
      if (query) {
        const sums = await rollups.byValue('model', query, limit);
        return [...sums].map(([model, { requests, cost, input_tokens, output_tokens }]) => ({
          model,
          requests,
          tokens: input_tokens + output_tokens,
          cost,
        }));
      }
      const { rows } = await pool.query(busiestOfAll([time.from, time.to, limit]));
      return z.array(ModelFigures).parse(rows);
    },
  };
}
export type SummaryRepo = ReturnType<typeof createSummaryRepo>;

function toFiguresRow(sums: SumsRow): FiguresRow {
  return {
    ...sums,
    latency: [sums.latencyP50, sums.latencyP95],
    first_token_p50: sums.firstTokenP50,
  };
}
