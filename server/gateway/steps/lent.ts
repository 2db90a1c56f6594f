import type { AppError } from '#shared/errors.ts';
import type { Admitted, Progress } from '../exchange.ts';
import type { Candidate, Considered, PoolCredit } from '../ports.ts';

export type LentDeps = { credit: PoolCredit };

/** Leaves lent accounts out for a person whose pool credit is used up, and says so. */
export function withinCredit(
  { credit }: LentDeps,
  { model, principal }: Admitted,
  considered: Considered,
): Considered {
  const { candidates, skipped } = considered;
  if (candidates.every(({ own }) => own) || credit.may(principal.userId, model.name)) {
    return considered;
  }
  const lent = candidates.filter(({ own }) => !own);
  return {
    candidates: candidates.filter(({ own }) => own),
    skipped: [
      ...skipped,
      ...lent.map(({ accountId, platformId }) => ({
        ...{ accountId, platformId, until: null },
        reason: 'credit' as const,
      })),
    ],
  };
}

/** Why credit leaves no account to choose; null when credit is not the reason. */
export function refusedByCredit(
  { credit }: LentDeps,
  { model, principal }: Admitted,
  { skipped }: Considered,
): AppError | null {
  const byCredit = skipped.some(({ reason }) => reason === 'credit');
  return byCredit ? credit.refusal(principal.userId, model.name) : null;
}

/**
 * Reserves pool credit before somebody else's account serves; once for all attempts of a request.
 * Returns why not: an account of one's own may serve all the same.
 */
export async function holdCredit(
  { credit }: LentDeps,
  { facts, id, model, principal }: Admitted,
  candidate: Candidate,
): Promise<AppError | null> {
  // What was tried before came to nothing: only the account that answers is paid for.
  if (facts.credit) facts.credit.lent = null;
  if (candidate.own) return null;
  const hold = await credit.reserve(principal.userId, model.name, id);
  if (!hold) {
    const { accountId, platformId } = candidate;
    facts.trace.skipped.push({ accountId, platformId, reason: 'credit', until: null });
    return credit.refusal(principal.userId, model.name);
  }
  facts.credit = { hold, lent: candidate };
  return null;
}

/** Pays for what a lent account answered, or gives everything back. */
export function settleCredit(
  { credit }: LentDeps,
  { answer, facts, target }: Progress,
  tokens: number,
): void {
  if (!facts.credit) return;
  const { hold, lent } = facts.credit;
  const served = answer && answer.kind !== 'refused' && lent?.accountId === target?.accountId;
  credit.settle(
    hold,
    served && lent ? { accountId: lent.accountId, remainingBefore: lent.remaining, tokens } : null,
  );
}
