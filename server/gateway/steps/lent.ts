import { AppError } from '#shared/errors.ts';
import type { Admitted, Progress } from '../exchange.ts';
import type { Candidate, Considered, PoolCredit, SkipReason } from '../ports.ts';

export type LentDeps = { credit: PoolCredit };

/**
 * Leaves lent accounts out for a person whose pool credit is used up, and where nobody could tell
 * what was used of them; and says so.
 */
export function withinCredit(
  deps: LentDeps,
  admitted: Admitted,
  considered: Considered,
): Considered {
  const { candidates, skipped } = considered;
  const isLent = ({ own }: Candidate) => !own;
  const reason = candidates.some(isLent) ? whyNotLent(deps, admitted) : null;
  if (reason === null) return considered;
  const lent = candidates.filter(isLent);
  return {
    candidates: candidates.filter(({ own }) => own),
    skipped: [
      ...skipped,
      ...lent.map(({ accountId, platformId }) => ({
        ...{ accountId, platformId, until: null },
        reason,
      })),
    ],
  };
}

function whyNotLent(
  { credit }: LentDeps,
  { model, principal, request }: Admitted,
): SkipReason | null {
  if (request.inBackground) return 'unfit';
  return credit.may(principal.userId, model.name) ? null : 'credit';
}

/** Why no lent account is left to choose; null when that is not the reason. */
export function refusedByCredit(
  { credit }: LentDeps,
  { model, principal, request }: Admitted,
  { skipped }: Considered,
): AppError | null {
  if (request.inBackground && skipped.some(({ reason }) => reason === 'unfit')) return uncounted();
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
  const hold = await credit.reserve(principal.userId, model.name, {
    requestId: id,
    lent: candidate,
  });
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
  credit.settle(hold, served && lent ? { accountId: lent.accountId, tokens } : null);
}

function uncounted(): AppError {
  return new AppError(
    'bad_request',
    'background: what is answered in the background cannot be counted, so that only your own accounts do it, and none of them can now. Ask without background.',
    { param: 'background' },
  );
}
