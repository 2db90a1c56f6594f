import { type AppError, ERRORS } from '#shared/errors.ts';
import type { Progress } from '../exchange.ts';
import type {
  AccountPool,
  CatalogueModel,
  ModelPrice,
  Outcome,
  QuotaGate,
  TokenUsage,
  UsageLedger,
  UsageRecord,
} from '../ports.ts';
import { estimateUsage, NO_TOKENS } from '../tokens.ts';

export type SettleDeps = {
  ledger: UsageLedger;
  quotas: QuotaGate;
  pool: AccountPool;
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
  let usage = NO_TOKENS;
  try {
    usage = await usageOf(progress, error);
    // NOTE: without a principal there is nobody to account to; the log has those requests.
    if (progress.principal) await deps.ledger.record(recordOf(deps, progress, usage, error));
  } finally {
    if (progress.hold) deps.quotas.settle(progress.hold, usage.inputTokens + usage.outputTokens);
    if (progress.target && progress.answer) deps.pool.finish(progress.target, outcomeOf(error));
  }
}

/** What the platform reported; else, if it began to answer, what we count ourselves. */
async function usageOf({ facts, answer, request }: Progress, error?: AppError) {
  if (facts.usage) return facts.usage;
  const answered = answer && answer.kind !== 'refused' && request;
  if (!answered || (error && facts.written.text === '')) return NO_TOKENS;
  return estimateUsage(request.promptText(), facts.written);
}

function outcomeOf(error: AppError | undefined): Outcome {
  if (!error) return { kind: 'ok' };
  return error.code === 'upstream_failed' || error.code === 'upstream_timeout'
    ? { kind: 'failed', message: error.message }
    : { kind: 'neutral' };
}

function recordOf(
  deps: SettleDeps,
  progress: Progress & { principal?: { userId: string; keyId: string | null } },
  usage: TokenUsage,
  error: AppError | undefined,
): UsageRecord {
  const { at, facts, model, principal, request, target } = progress;
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
    cost: costOf(model, usage),
    latencyMs: Math.max(0, deps.now() - at),
    firstTokenMs: facts.firstTokenAt === null ? null : Math.max(0, facts.firstTokenAt - at),
  };
}

function costOf(model: CatalogueModel | undefined, usage: TokenUsage): number | null {
  return model?.price ? priceOf(model.price, usage) : null;
}

/** Whole micro-dollars, rounded half up; prices are micro-dollars per million tokens. */
export function priceOf(price: ModelPrice, usage: TokenUsage): number {
  const fresh = Math.max(0, usage.inputTokens - usage.cachedTokens - usage.cacheWriteTokens);
  const total =
    BigInt(fresh) * BigInt(price.input) +
    BigInt(usage.cachedTokens) * BigInt(price.cached) +
    BigInt(usage.cacheWriteTokens) * BigInt(price.cacheWrite) +
    BigInt(usage.outputTokens) * BigInt(price.output);
  return Number((total + 500_000n) / 1_000_000n);
}
