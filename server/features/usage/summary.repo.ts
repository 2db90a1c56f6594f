import type { Pool } from 'pg';
import { z } from 'zod';
import { named } from '../../infra/postgres/pool.ts';
import { createRollupsRepo, type RollupQuery, type SumsRow } from './rollups.repo.ts';
import type { UsageScope } from './usage.repo.ts';

/** A stretch of time cut in `steps` equal parts of `stepMs`. */
export type TimeSteps = { from: Date; to: Date; stepMs: number; steps: number };

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
const busiestOfUser = named('usage_models_user', busiest(oneUser('$4')));

const HOUR = 3_600_000;

/** Figures of usage over time: from its sums, and where a step is shorter than an hour from records. */
export function createSummaryRepo(pool: Pick<Pool, 'query'>) {
  const rollups = createRollupsRepo(pool);
  const byHour = ({ userId }: UsageScope, { from, to }: TimeSteps): RollupQuery => ({
    grain: 'hour',
    userId,
    from,
    to,
  });

  return {
    async totals(scope: UsageScope, time: TimeSteps): Promise<FiguresRow | undefined> {
      const { from, to, stepMs } = time;
      if (stepMs >= HOUR) {
        const sums = await rollups.total(byHour(scope, time));
        return sums && toFiguresRow(sums);
      }
      const { rows } = await pool.query(
        scope.userId === null ? totalsOfAll([from, to]) : totalsOfUser([from, to, scope.userId]),
      );
      return Figures.parse(rows[0]);
    },

    /** One row for each step that has records; `at` is its beginning. */
    async series(scope: UsageScope, time: TimeSteps): Promise<StepFiguresRow[]> {
      const { from, to, stepMs } = time;
      if (stepMs >= HOUR) {
        const sums = await rollups.byTime(byHour(scope, time), { stepMs });
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
      if (time.stepMs >= HOUR) {
        const sums = await rollups.byValue('model', byHour(scope, time), limit);
        return [...sums].map(([model, { requests, cost, input_tokens, output_tokens }]) => ({
          model,
          requests,
          tokens: input_tokens + output_tokens,
          cost,
        }));
      }
      const values = [time.from, time.to, limit];
      const { rows } = await pool.query(
        scope.userId === null ? busiestOfAll(values) : busiestOfUser([...values, scope.userId]),
      );
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
