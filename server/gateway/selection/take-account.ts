import { toAppError } from '#shared/errors.ts';
import type { Platform } from '../../platforms/platform.ts';
import type { Admitted, Recalled, Taken } from '../exchange.ts';
import type { AccountPool, Candidate, Considered, Target } from '../ports.ts';
import { accountTag } from '../protocols/seals.ts';
import { type LentDeps, withinCredit } from '../steps/lent.ts';
import { conversationKey } from './affinity.ts';
import { affinityOf, choose, isFull, type Wish } from './choose.ts';

export type TakeDeps = LentDeps & {
  pool: AccountPool;
  platform: (id: string) => Platform | undefined;
  /** 0 to 1, 1 excluded. */
  random: () => number;
};

/** How many accounts a trace names. */
const MOST_TRACED = 50;

/** The accounts that may serve a request, and how they stand. */
export type Looked = {
  considered: Considered;
  /** Those whose platform offers this kind of request. */
  offering: Candidate[];
  /** Of these the ones that can see what the request refers to. */
  fitting: Candidate[];
};

/** Looks at the accounts as they are this moment. */
export function look(deps: TakeDeps, recalled: Recalled): Looked {
  const { continues, model, principal } = recalled;
  const asker = { principal, model: model.name };
  const considered = withinCredit(deps, recalled, deps.pool.consider(model.routes, asker));
  const offering = considered.candidates.filter(offers(deps, recalled));
  const holder = continues?.heldBy?.accountId;
  const sees = ({ accountId }: Candidate) => holder === undefined || accountId === holder;
  return { considered, offering, fitting: offering.filter(sees) };
}

/** What a request wants of its account. */
export function wishOf({ call, model, principal, request }: Recalled): Wish {
  const leansOn = new Set(request.accounts);
  return {
    leansOn: (accountId) => leansOn.size > 0 && leansOn.has(accountTag(accountId)),
    conversation: conversationKey({
      headers: call.headers,
      told: request.conversation?.() ?? null,
      userId: principal.userId,
      model: model.name,
    }),
    preferShared: principal.preferShared ?? false,
  };
}

/** Accounts that a request came to already, and platforms that failed it. */
export type Tried = { accounts: Set<string>; platforms: Set<string> };

/** Tells an account under one route from the same one under another. */
export function attemptName({ accountId, upstreamModel }: Candidate): string {
  return `${accountId} ${upstreamModel}`;
}

/**
 * Takes the best account that has room, this very moment, so that nobody else gets the room in
 * between; null when none has. After a failure another platform is asked before the same one again.
 */
export function takeBest(
  deps: TakeDeps,
  admitted: Admitted,
  { wish, looked, tried }: { wish: Wish; looked: Looked; tried?: Tried },
): Taken | null {
  const free = choose(looked.fitting, wish, deps.random).filter(
    (candidate) => !tried?.accounts.has(attemptName(candidate)),
  );
  const candidate = free.find(({ platformId }) => !tried?.platforms.has(platformId)) ?? free[0];
  if (!candidate) return null;
  const { facts, model } = admitted;
  const seen = { candidates: looked.fitting, skipped: looked.considered.skipped };
  facts.trace.affinity = affinityOf(candidate, wish, seen, model.routes);
  return { candidate, target: takeUnlessGone(deps.pool, candidate) };
}

/** Tells the trace who could have served the request, and who could not and why. */
export function noteLook(
  { facts: { trace } }: Admitted,
  { considered, fitting, offering }: Looked,
) {
  trace.candidates = fitting
    .filter((candidate) => !isFull(candidate))
    .slice(0, MOST_TRACED)
    .map(({ accountId, platformId, upstreamModel, own }) => ({
      accountId,
      platformId,
      upstreamModel,
      own,
    }));
  const fits = new Set(offering);
  const unfit = considered.candidates.filter((candidate) => !fits.has(candidate));
  trace.skipped = [
    ...considered.skipped,
    ...fitting.filter(isFull).map((full) => skippedAs(full, 'busy')),
    ...unfit.map((other) => skippedAs(other, 'unfit')),
  ].slice(0, MOST_TRACED);
}

function skippedAs({ accountId, platformId }: Candidate, reason: 'busy' | 'unfit') {
  return { accountId, platformId, reason, until: null };
}

/** Whether a candidate's platform can serve this kind of request at all. */
function offers({ platform }: TakeDeps, { request }: Admitted) {
  const known = new Map<string, boolean>();
  return ({ platformId }: Candidate): boolean => {
    let offered = known.get(platformId);
    if (offered === undefined) {
      const declared = platform(platformId);
      offered = declared !== undefined && request.plan(declared) !== null;
      known.set(platformId, offered);
    }
    return offered;
  };
}

/** Null when the account vanished since it was chosen: no attempt was made then, so it counts as none. */
async function takeUnlessGone(pool: AccountPool, candidate: Candidate): Promise<Target | null> {
  try {
    return await pool.take(candidate);
  } catch (thrown) {
    if (toAppError(thrown).code === 'no_account') return null;
    throw thrown;
  }
}
