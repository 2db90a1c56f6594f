import { type AppError, ERRORS } from '#shared/errors.ts';
import type { Known, Progress } from '../exchange.ts';
import type {
  AccountPool,
  Outcome,
  QuotaGate,
  Spend,
  TokenUsage,
  TraceKeeper,
  TraceRecord,
  UsageLedger,
  UsageRecord,
} from '../ports.ts';
import { estimateUsage, guessUsage, NO_TOKENS } from '../tokens.ts';
import { type LentDeps, settleCredit } from './lent.ts';
import { priceOf } from './price-of.ts';

export type SettleDeps = LentDeps & {
  ledger: UsageLedger;
  quotas: QuotaGate;
  pool: AccountPool;
  traces: TraceKeeper;
  now: () => number;
};

/**
 * Closes the books on a request, once, however far it came: the record first, so that it survives
 * the death of this process, then the reservation and the account. Throws AppError
 * storage_unavailable when the record cannot be kept; what was reserved is given back all the same.
 */
export async function settle(deps: SettleDeps, progress: Progress, error?: AppError) {
  if (progress.facts.settled) return;
  progress.facts.settled = true;
  const spent: Spend = { tokens: 0, cost: 0 };
  try {
    const usage = await usageOf(progress, error);
    spent.tokens = usage.inputTokens + usage.outputTokens;
    spent.cost = costOf(progress, usage) ?? 0;
    // NOTE: without a principal there is nobody to account to; the log has those requests.
    if (progress.principal) await deps.ledger.record(recordOf(deps, progress, usage, error));
  } finally {
    if (progress.hold) deps.quotas.settle(progress.hold, spent);
    if (progress.facts.more) deps.quotas.settle(progress.facts.more, { tokens: 0, cost: 0 });
    if (progress.facts.place) deps.quotas.settle(progress.facts.place, spent);
    settleCredit(deps, progress, spent.tokens);
    if (progress.target && progress.answer) deps.pool.finish(progress.target, outcomeOf(error));
    const { principal } = progress;
    if (principal) deps.traces.keep(traceOf({ ...progress, principal }, error, deps.now()));
  }
}

/** Everything of a person ends within a second, however much that is. */
const ENDED: readonly AppError['code'][] = ['ended_by_admin', 'ended_by_owner'];

/** What the platform reported; else, if it began to answer, what we count ourselves. */
async function usageOf({ facts, answer, request }: Progress, error?: AppError) {
  if (facts.usage) return facts.usage;
  const answered = answer && answer.kind !== 'refused' && request;
  // NOTE: a request that is ended once the platform has begun has had its prompt read.
  const ended = error !== undefined && ENDED.includes(error.code);
  const left = ended || error?.code === 'client_closed';
  if (!answered || (error && !left && facts.written.text === '')) return NO_TOKENS;
  const count = ended ? guessUsage : estimateUsage;
  return count(request.promptTexts(), facts.written);
}

function outcomeOf(error: AppError | undefined): Outcome {
  if (!error) return { kind: 'ok' };
  return error.code === 'upstream_failed' || error.code === 'upstream_timeout'
    ? { kind: 'failed', cause: 'network', message: error.message, returnsAt: null }
    : { kind: 'neutral' };
}

function recordOf(
  deps: SettleDeps,
  progress: Progress & { principal?: { userId: string; keyId: string | null } },
  usage: TokenUsage,
  error: AppError | undefined,
): UsageRecord {
  const { at, facts, principal, request, target } = progress;
  return {
    ...usage,
    id: progress.id,
    createdAt: at,
    userId: principal?.userId ?? '',
    keyId: principal?.keyId ?? null,
    door: progress.door,
    model: request?.model ?? '',
    operation: request?.operation ?? 'chat',
    units: facts.units,
    platformId: target?.platformId ?? null,
    upstreamModel: target?.upstreamModel ?? null,
    accountId: target?.accountId ?? null,
    stream: request?.stream ?? false,
    outcome: error ? (error.code === 'client_closed' ? 'aborted' : error.code) : 'ok',
    status: error ? ERRORS[error.code].http : 200,
    error: error?.message ?? null,
    attempts: facts.attempts,
    cost: costOf(progress, usage),
    latencyMs: Math.max(0, deps.now() - at),
    firstTokenMs: facts.firstTokenAt === null ? null : Math.max(0, facts.firstTokenAt - at),
  };
}

function costOf({ answer, facts, model, request }: Progress, usage: TokenUsage): number | null {
  if (!model?.price) return null;
  const answered = answer && answer.kind !== 'refused' && request?.operation !== 'count';
  return priceOf(model.price, usage, { requests: answered ? 1 : 0, units: facts.units });
}

function traceOf(
  { at, door, facts, id, principal, request }: Progress & Pick<Known, 'principal'>,
  error: AppError | undefined,
  now: number,
): TraceRecord {
  const { userId, keyId } = principal;
  const { trace } = facts;
  const asked = request && {
    operation: request.operation,
    model: request.model,
    stream: request.stream,
  };
  const ended = error && {
    code: error.code,
    message: error.message,
    param: error.param ?? null,
    retryAt: error.retryAfterMs === undefined ? null : now + error.retryAfterMs,
  };
  return { id, at, userId, keyId, door, asked: asked ?? null, error: ended ?? null, trace };
}
