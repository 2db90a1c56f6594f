import { z } from 'zod';
import type { PluginContract } from '../../features/plugin-contract/index.ts';
import type { OwnLog, OwnSums, OwnUsage } from '../../features/usage/index.ts';
import { V1_DOORS } from '../../gateway/door-table.ts';
import { sharedAccountsErrors } from '../dialects.ts';
import type { Rest } from '../rest.ts';
import { addPoolUsage } from './pool-usage.ts';
import { spanOf } from './span.ts';

const MILLION = 1_000_000;
const Whole = z.coerce.number().int();

const Sums = z.object({
  requests: z.int(),
  errors: z.int(),
  aborted: z.int(),
  input_tokens: z.int(),
  cached_tokens: z.int(),
  output_tokens: z.int(),
  total_tokens: z.int(),
  /** Dollars. */
  cost: z.number(),
});

const Stats = z.object({
  success: z.literal(true),
  data: z.object({
    /** Whose midnight ends a day. */
    time_zone: z.string(),
    start_date: z.string(),
    end_date: z.string(),
    totals: Sums.extend({ quota_consumed: z.number() }),
    by_model: z.array(Sums.extend({ model_name: z.string() })),
    by_key: z.array(
      Sums.extend({ api_key_id: z.int().nullable(), api_key_name: z.string().nullable() }),
    ),
    by_day: z.array(Sums.extend({ date: z.string() })),
  }),
});

const Log = z.object({
  id: z.string(),
  user_id: z.int(),
  /** Null when asked from the console. */
  api_key_id: z.int().nullable(),
  endpoint: z.string(),
  method: z.string(),
  model_name: z.string(),
  /** Of the pool's credit; 1 is one account's whole quota. */
  quota_consumed: z.number(),
  input_tokens: z.int(),
  cached_tokens: z.int(),
  output_tokens: z.int(),
  total_tokens: z.int(),
  /** Dollars; null = the model has no price. */
  cost: z.number().nullable(),
  /** The HTTP status the client saw. */
  status: z.int(),
  /** `ok`, `aborted`, or an error's code. */
  outcome: z.string(),
  latency_ms: z.int(),
  created_at: z.string(),
});

const Logs = z.object({
  success: z.literal(true),
  data: z.array(Log),
  pagination: z.object({ limit: z.int(), offset: z.int(), has_more: z.boolean() }),
});

const LogsQuery = z.object({
  limit: Whole.min(1).max(200).default(50),
  offset: Whole.min(0).max(10_000).default(0),
  model_name: z.string().max(120).optional(),
  api_key_id: Whole.min(1).max(2_147_483_647).optional(),
  status: z.enum(['success', 'failed', 'aborted']).optional(),
});

export type UsageRoutesDeps = {
  usage: OwnUsage;
  clock: { now(): number };
  contract: Pick<PluginContract, 'accounts' | 'quotas'>;
};

/** /api/usage: contract 000, section 3.5. Everybody sees their own, whatever their role allows. */
export function addUsage(rest: Rest, deps: UsageRoutesDeps): void {
  const { usage } = deps;
  const common = {
    method: 'GET',
    tag: 'Usage',
    auth: 'token',
    errors: sharedAccountsErrors,
  } as const;
  const span = spanOf({ clock: deps.clock, momentOf: usage.momentOf });

  rest.route(
    {
      ...common,
      path: '/api/usage/stats',
      summary: 'Sums of whole days: in all, by model, by key, by day',
      query: span.query,
      answers: { 200: Stats },
    },
    async ({ me, query }) => {
      const found = await usage.stats(me, span.read(query));
      const day = new Intl.DateTimeFormat('sv-SE', { timeZone: found.zone });
      return {
        success: true as const,
        data: {
          time_zone: found.zone,
          start_date: day.format(found.from),
          end_date: day.format(found.to.getTime() - 1),
          totals: { ...toSums(found.totals), quota_consumed: found.consumed / MILLION },
          by_model: found.byModel.map((row) => ({ model_name: row.model, ...toSums(row) })),
          by_key: found.byKey.map((row) => ({
            api_key_id: row.number,
            api_key_name: row.name,
            ...toSums(row),
          })),
          by_day: found.byDay.map((row) => ({ date: day.format(row.at), ...toSums(row) })),
        },
      };
    },
  );

  rest.route(
    {
      ...common,
      path: '/api/usage/logs',
      summary: 'One’s requests, newest first',
      query: LogsQuery.and(span.query),
      answers: { 200: Logs },
    },
    async ({ caller, me, query }) => {
      const { api_key_id: keyNumber, limit, model_name: model, offset, status: outcome } = query;
      const asked = { limit, offset, model, keyNumber, outcome };
      const { more, rows } = await usage.logs(me, span.read(query), asked);
      return {
        success: true as const,
        data: rows.map((row) => toLog(row, caller.number)),
        pagination: { limit, offset, has_more: more },
      };
    },
  );

  addPoolUsage(rest, { contract: deps.contract, span });
}

function toSums(row: OwnSums) {
  const { aborted, cached_tokens, cost, errors, input_tokens, output_tokens, requests } = row;
  return {
    ...{ requests, errors, aborted, input_tokens, cached_tokens, output_tokens },
    total_tokens: input_tokens + output_tokens,
    cost: cost / MILLION,
  };
}

function toLog(row: OwnLog, owner: number): z.input<typeof Log> {
  return {
    id: row.id,
    user_id: owner,
    api_key_id: row.key_number,
    endpoint: endpointOf(row),
    method: 'POST',
    model_name: row.model,
    quota_consumed: row.consumed / MILLION,
    input_tokens: row.input_tokens,
    cached_tokens: row.cached_tokens,
    output_tokens: row.output_tokens,
    total_tokens: row.input_tokens + row.output_tokens,
    cost: row.cost === null ? null : row.cost / MILLION,
    status: row.status,
    outcome: row.outcome,
    latency_ms: row.latency_ms,
    created_at: row.created_at.toISOString(),
  };
}

/** By the door's name in the ledger; the first of several addresses of one door. */
const ENDPOINTS = new Map(
  Object.entries(V1_DOORS)
    .reverse()
    .map(([path, { name }]) => [name, `/v1${path}`]),
);

/** Where a request was sent to, as far as its record tells. */
function endpointOf({ door, model, operation }: OwnLog): string {
  if (door === 'playground') return '/playground/v1/chat/completions';
  if (door === 'gemini') {
    return `/v1beta/models/${model}:${operation === 'count' ? 'countTokens' : 'generateContent'}`;
  }
  return ENDPOINTS.get(door) ?? door;
}
