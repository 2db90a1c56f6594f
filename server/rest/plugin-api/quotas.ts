import { z } from 'zod';
import { ModelQuota } from './accounts.ts';
import {
  byAdmin,
  byPerson,
  done,
  Flag,
  ok,
  type PluginRoutesDeps,
  SpanQuery,
  spanOf,
  whoOf,
} from './spec.ts';

/** More rows than anybody reads at once. */
const MOST_ROWS = 10_000;

const PoolRow = z.object({
  pool_id: z.string(),
  user_id: z.string(),
  model_name: z.string(),
  quota: z.string(),
  max_quota: z.string(),
  last_recovered_at: z.string(),
  last_updated_at: z.string(),
});

const SharedPool = z.object({
  quotas: z.array(
    z.object({
      model_name: z.string(),
      total_quota: z.string(),
      earliest_reset_time: z.string().nullable(),
      available_cookies: z.int(),
      status: Flag,
      last_fetched_at: z.string(),
    }),
  ),
  user_consumption: z.object({
    total_requests: z.int(),
    total_quota_consumed: z.number(),
    shared_quota_consumed: z.number(),
    private_quota_consumed: z.number(),
  }),
});

const Log = z.object({
  log_id: z.string(),
  user_id: z.string(),
  cookie_id: z.string(),
  model_name: z.string(),
  quota_before: z.string(),
  quota_after: z.string(),
  quota_consumed: z.string(),
  is_shared: Flag,
  consumed_at: z.string(),
});

const Stats = z.object({
  total_requests: z.string(),
  total_quota_consumed: z.string().nullable(),
  avg_quota_consumed: z.string().nullable(),
  last_used_at: z.string().nullable(),
});

/** Contract of the Plug-in API, 3.4: pool credit, the pool, and what requests took. */
export function addQuotaRoutes({ contract, identify, rest }: PluginRoutesDeps): void {
  const { accounts, quotas } = contract;
  const person = byPerson(identify);
  const admin = byAdmin(identify);

  rest.route(
    {
      ...person,
      method: 'GET',
      path: '/api/quotas/user',
      summary: 'The caller’s pool credit by model, the most first',
      answers: { 200: done(z.array(PoolRow)) },
    },
    async (asked) => ok(await quotas.mine(whoOf(asked))),
  );

  rest.route(
    {
      ...person,
      method: 'GET',
      path: '/api/quotas/shared-pool',
      summary: 'What the pool has by model, and what the caller used',
      answers: { 200: done(SharedPool) },
    },
    async (asked) => ok(await quotas.sharedPool(whoOf(asked))),
  );

  rest.route(
    {
      ...person,
      method: 'GET',
      path: '/api/quotas/consumption',
      summary: 'The caller’s requests and what they took, newest first',
      query: SpanQuery.extend({
        limit: z.coerce.number().int().min(1).max(MOST_ROWS).default(MOST_ROWS),
      }),
      answers: { 200: done(z.array(Log)) },
    },
    async ({ query, ...asked }) =>
      ok(await quotas.consumption(whoOf(asked), spanOf(query), query.limit)),
  );

  rest.route(
    {
      ...person,
      method: 'GET',
      path: '/api/quotas/consumption/stats/:model_name',
      summary: 'Sums of the caller’s requests for one model',
      params: z.object({ model_name: z.string().max(200) }),
      answers: { 200: done(Stats) },
    },
    async ({ params, ...asked }) => ok(await quotas.modelStats(whoOf(asked), params.model_name)),
  );

  rest.route(
    {
      ...admin,
      method: 'GET',
      path: '/api/quotas/low',
      summary: 'Models of accounts of which little is left, the least first (admin key)',
      query: z.object({ threshold: z.coerce.number().min(0).max(1).default(0.1) }),
      answers: {
        200: done(z.array(ModelQuota.extend({ user_id: z.string(), is_shared: Flag }))),
      },
    },
    async ({ query, ...asked }) => ok(await accounts.low(whoOf(asked), query.threshold)),
  );
}
