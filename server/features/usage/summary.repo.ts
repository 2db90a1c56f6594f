import type { Pool } from 'pg';
import { z } from 'zod';
import { named } from '../../infra/postgres/pool.ts';
import type { UsageScope } from './usage.repo.ts';

/** A stretch of time cut in `steps` equal parts of `stepMs`. */
export type TimeSteps = { from: Date; to: Date; stepMs: number; steps: number };

const Whole = z.coerce.number();
/** percentile_cont gives a fraction between two measured values. */
const Percentile = z.number().transform(Math.round).nullable();

const Figures = z.object({
  /** Number of the step from 0; null = the whole stretch. */
  step: z.number().nullable(),
  requests: z.number(),
  errors: z.number(),
  input_tokens: Whole,
  output_tokens: Whole,
  cost: Whole,
  latency_p50: Percentile,
  latency_p95: Percentile,
  first_token_p50: Percentile,
});
export type FiguresRow = z.infer<typeof Figures>;

const ModelFigures = z.object({
  model: z.string(),
  requests: z.number(),
  tokens: Whole,
  cost: Whole,
});
export type ModelFiguresRow = z.infer<typeof ModelFigures>;

// Latency is that of answers: a refusal takes no time and would flatter the figures.
const figures = (scope: string) => `
  SELECT step, count(*)::int AS requests,
         count(*) FILTER (WHERE outcome NOT IN ('ok', 'aborted'))::int AS errors,
         coalesce(sum(input_tokens), 0)::bigint AS input_tokens,
         coalesce(sum(output_tokens), 0)::bigint AS output_tokens,
         coalesce(sum(cost), 0)::bigint AS cost,
         percentile_cont(0.5) WITHIN GROUP (ORDER BY latency_ms)
           FILTER (WHERE outcome = 'ok') AS latency_p50,
         percentile_cont(0.95) WITHIN GROUP (ORDER BY latency_ms)
           FILTER (WHERE outcome = 'ok') AS latency_p95,
         percentile_cont(0.5) WITHIN GROUP (ORDER BY first_token_ms)
           FILTER (WHERE outcome = 'ok') AS first_token_p50
    FROM (SELECT outcome, input_tokens, output_tokens, cost, latency_ms, first_token_ms,
                 floor(extract(epoch FROM created_at - $1::timestamptz) * 1000 / $3)::int AS step
            FROM usage WHERE ${scope}) AS t
   GROUP BY GROUPING SETS ((), (step))`;

const busiest = (scope: string) => `
  SELECT model, count(*)::int AS requests,
         coalesce(sum(input_tokens::bigint + output_tokens), 0)::bigint AS tokens,
         coalesce(sum(cost), 0)::bigint AS cost
    FROM usage WHERE ${scope}
   GROUP BY model ORDER BY requests DESC, model LIMIT $3`;

// One statement for each scope, so that a prepared plan may rest on the index that fits it.
const EVERYBODY = 'created_at >= $1 AND created_at < $2';
const ONE_USER = `${EVERYBODY} AND user_id = $4::uuid`;
const figuresOfAll = named('usage_figures_all', figures(EVERYBODY));
const figuresOfUser = named('usage_figures_user', figures(ONE_USER));
const busiestOfAll = named('usage_models_all', busiest(EVERYBODY));
const busiestOfUser = named('usage_models_user', busiest(ONE_USER));

/** Figures over the usage table. */
export function createSummaryRepo(pool: Pick<Pool, 'query'>) {
  return {
    /** One row for each step that has records, and one with step null for all of them together. */
    async figures({ userId }: UsageScope, time: TimeSteps): Promise<FiguresRow[]> {
      const values = [time.from, time.to, time.stepMs];
      const { rows } = await pool.query(
        userId === null ? figuresOfAll(values) : figuresOfUser([...values, userId]),
      );
      return z.array(Figures).parse(rows);
    },

    /** Models with the most requests first. */
    async busiest(
      { userId }: UsageScope,
      time: Pick<TimeSteps, 'from' | 'to'>,
      limit: number,
    ): Promise<ModelFiguresRow[]> {
      const values = [time.from, time.to, limit];
      const { rows } = await pool.query(
        userId === null ? busiestOfAll(values) : busiestOfUser([...values, userId]),
      );
      return z.array(ModelFigures).parse(rows);
    },
  };
}
export type SummaryRepo = ReturnType<typeof createSummaryRepo>;
