import { toAppError } from '#shared/errors.ts';
import type { Platform } from '../../platforms/platform.ts';
import type { Admitted, Recalled, Taken } from '../exchange.ts';
import type { AccountPool, Candidate, Considered, Target } from '../ports.ts';
import { type LentDeps, withinCredit } from '../steps/lent.ts';
import { conversationKey } from './affinity.ts';
import { affinityOf, choose, isFull, type Tried, type Wish } from './choose.ts';
import { seedOf } from './rendezvous.ts';

export type TakeDeps = LentDeps & {
  pool: AccountPool;
  platform: (id: string) => Platform | undefined;
  /** 0 to 1, 1 excluded. */
  random: () => number;
};

/** How many accounts a trace names, and how many of a list that is longer still. */
const MOST_TRACED = 50;
const FEW_TRACED = 12;

/** The accounts that may serve a request, and how they stand. */
export type Looked = {
  considered: Considered;
  /** Those whose platform offers this kind of request. */
  offering: Candidate[];
  /** Of these the ones that can see what the request refers to. */
  fitting: Candidate[];
};

/** Looks at the accounts as they are this moment. */
export function look(deps: TakeDeps, recalled: Recalled, { leansOn, start }: Wish): Looked {
  const { continues, model, principal } = recalled;
  const holder = continues?.heldBy?.accountId;
  const asker = { principal, model: model.name, start, leansOn, holder };
  const considered = withinCredit(deps, recalled, deps.pool.consider(model.routes, asker));
  const offering = offered(deps, recalled, considered.candidates);
  const fitting =
    holder === undefined ? offering : offering.filter(({ accountId }) => accountId === holder);
  return { considered, offering, fitting };
}

/** What a request wants of its account. */
export function wishOf(
  { random }: Pick<TakeDeps, 'random'>,
  { call, model, principal, request }: Recalled,
): Wish {
  const key = conversationKey({
    headers: call.headers,
    told: request.conversation?.() ?? null,
    userId: principal.userId,
    model: model.name,
  });
  const conversation = key === null ? null : seedOf(key);
  return {
    conversation,
    start: conversation ?? Math.floor(random() * 2 ** 32),
    leansOn: request.accounts,
    preferShared: principal.preferShared ?? false,
  };
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
  const candidate = choose(looked.fitting, wish, deps.random, tried);
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
  const { candidates, skipped } = considered;
  const most = candidates.length + skipped.length > MOST_TRACED ? FEW_TRACED : MOST_TRACED;
  trace.candidates = [];
  trace.skipped = skipped.slice(0, most);
  for (const candidate of fitting) {
    const { accountId, own, platformId, upstreamModel } = candidate;
    if (isFull(candidate)) addWithin(trace.skipped, most, skippedAs(candidate, 'busy'));
    else addWithin(trace.candidates, most, { accountId, platformId, upstreamModel, own });
  }
  if (offering === candidates) return;
  const fits = new Set(offering);
  for (const candidate of candidates) {
    if (!fits.has(candidate)) addWithin(trace.skipped, most, skippedAs(candidate, 'unfit'));
  }
}

function addWithin<Entry>(list: Entry[], most: number, entry: Entry): void {
  if (list.length < most) list.push(entry);
}

function skippedAs({ accountId, platformId }: Candidate, reason: 'busy' | 'unfit') {
  return { accountId, platformId, reason, until: null };
}

/** Those whose platform can serve this kind of request at all; the list itself where all can. */
function offered(
  { platform }: TakeDeps,
  { model, request }: Admitted,
  candidates: Candidate[],
): Candidate[] {
  if (candidates.length === 0) return candidates;
  const others = new Set<string>();
  for (const { platformId } of model.routes) {
    const declared = platform(platformId);
    if (!declared || request.plan(declared) === null) others.add(platformId);
  }
  if (others.size === 0) return candidates;
  return candidates.filter(({ platformId }) => !others.has(platformId));
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
