import { AppError } from '#shared/errors.ts';
import type { Routed } from '../exchange.ts';
import type { Candidate, QuotaGate, QuotaRules } from '../ports.ts';
import { limitsSpending, needOf } from './need.ts';

export type PlaceDeps = { quotas: QuotaGate; rules: QuotaRules };

/**
 * Reserves what one attempt needs under the limits of the account and its platform. Returns why there
 * is no room: then another account may have some. Throws AppError storage_unavailable.
 */
export async function holdPlace(
  deps: PlaceDeps,
  { facts, id, model, request }: Routed,
  { accountId, platformId }: Candidate,
): Promise<AppError | null> {
  const rules = [...deps.rules.of('platform', platformId), ...deps.rules.of('account', accountId)];
  if (rules.length === 0) return null;
  const { trace } = facts;
  const skip = (until: number | null) =>
    trace.skipped.push({ accountId, platformId, reason: 'quota', until });
  if (request.inBackground && limitsSpending(rules)) {
    skip(null);
    return uncounted();
  }
  try {
    facts.place = await deps.quotas.hold({
      requestId: id,
      rules,
      ...needOf(rules, request, model),
    });
    trace.limits.push(...facts.place.limits);
    return null;
  } catch (thrown) {
    if (!(thrown instanceof AppError && thrown.limits)) throw thrown;
    trace.limits.push(...thrown.limits);
    skip(thrown.limits.find(({ decided }) => decided)?.resetsAt ?? null);
    return thrown;
  }
}

/** Gives back what an attempt that came to nothing had reserved; it stays counted as a request. */
export function leavePlace({ quotas }: PlaceDeps, { facts }: Routed): void {
  if (facts.place) quotas.settle(facts.place, { tokens: 0, cost: 0 });
  facts.place = null;
}

function uncounted(): AppError {
  return new AppError(
    'bad_request',
    'background: every account for this model has a limit of tokens or cost, and what is answered in the background cannot be counted. Ask without background.',
    { param: 'background' },
  );
}
