import { can } from '#shared/permissions.ts';
import type { Me } from '#shared/schemas/sessions.ts';
import type { Summary, UsageDetail, UsageRow } from '#shared/schemas/usage.ts';
import type { FiguresRow, ModelFiguresRow, StepFiguresRow } from './summary.repo.ts';
import type { TimeSteps } from './time-steps.ts';
import type { UsageDetailRow, UsageListRow } from './usage.repo.ts';

/** Stands for the name of what has been deleted: its records outlive it. */
export const DELETED = '—';

export function toRow(row: UsageListRow): UsageRow {
  return {
    id: row.id,
    createdAt: row.created_at.toISOString(),
    userName: row.user_name ?? DELETED,
    keyName: row.key_id === null ? null : (row.key_name ?? DELETED),
    operation: row.operation,
    model: row.model,
    platformId: row.platform_id,
    stream: row.stream,
    outcome: row.outcome,
    status: row.status,
    inputTokens: row.input_tokens,
    outputTokens: row.output_tokens,
    units: row.unit === null || row.units === null ? null : { unit: row.unit, amount: row.units },
    estimated: row.estimated,
    cost: row.cost,
    latencyMs: row.latency_ms,
    firstTokenMs: row.first_token_ms,
  };
}

export function toDetail(row: UsageDetailRow, me: Me): UsageDetail {
  return {
    ...toRow(row),
    door: row.door,
    upstreamModel: row.upstream_model,
    accountName: accountName(row, me),
    attempts: row.attempts,
    cachedTokens: row.cached_tokens,
    cacheWriteTokens: row.cache_write_tokens,
    reasoningTokens: row.reasoning_tokens,
    error: row.error,
  };
}

/** An account's name may tell who lent it, so it is for its owner and admins only. */
function accountName(row: UsageDetailRow, me: Me): string | null {
  if (row.account_id === null) return null;
  if (can(me, 'usage.read')) return row.account_name ?? DELETED;
  return row.account_owner_id === me.id ? row.account_name : null;
}

type Figures = Summary['totals'];

const NOTHING: Figures = {
  requests: 0,
  errors: 0,
  inputTokens: 0,
  cacheWriteTokens: 0,
  outputTokens: 0,
  cost: 0,
  latencyP50Ms: null,
  latencyP95Ms: null,
  firstTokenP50Ms: null,
};

function toFigures(row: FiguresRow | undefined): Figures {
  if (!row) return NOTHING;
  return {
    requests: row.requests,
    errors: row.errors,
    inputTokens: row.input_tokens,
    cacheWriteTokens: row.cache_write_tokens,
    outputTokens: row.output_tokens,
    cost: row.cost,
    latencyP50Ms: row.latency?.[0] ?? null,
    latencyP95Ms: row.latency?.[1] ?? null,
    firstTokenP50Ms: row.first_token_p50,
  };
}

type SummaryRows = {
  totals: FiguresRow | undefined;
  series: readonly StepFiguresRow[];
  models: readonly ModelFiguresRow[];
};

/** Fills in the steps in which nothing happened. */
export function toSummary(
  { begins, zone }: Pick<TimeSteps, 'begins'> & { zone: string },
  { totals, series, models }: SummaryRows,
): Summary {
  const byTime = new Map(series.map((row) => [row.at.getTime(), row]));
  return {
    zone,
    totals: toFigures(totals),
    series: begins.map((at) => ({
      at: at.toISOString(),
      ...toFigures(byTime.get(at.getTime())),
    })),
    models: [...models],
  };
}
