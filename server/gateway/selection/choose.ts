import { hashText } from '../../infra/text-hash.ts';
import { accountTag } from '../../platforms/account-tag.ts';
import type { Candidate, Route, Skipped, Trace } from '../ports.ts';
import { pull, type Seed, seedWithin } from './rendezvous.ts';

/** What a request wants of its account. */
export type Wish = {
  /** Tells its conversation from others; null = it belongs to none. */
  conversation: Seed | null;
  /** Where it looks for an account among very many: any number of 32 bits. */
  start: number;
  /** Tags of the accounts that something in the request leans on. */
  leansOn: readonly string[];
  /** Whether lent accounts are asked before the person's own. */
  preferShared: boolean;
};

/** Accounts that a request came to already, and platforms that failed it. */
export type Tried = { accounts: Set<string>; platforms: Set<string> };

/**
 * How much more an account counts that has more of its limits left, as a power. Evenly used means that
 * every account has the same part left; the power (4) makes up for limits that differ tenfold.
 */
const evenly = (remaining: number) => remaining * remaining * remaining * remaining;
/** Keeps weights above zero: what is nearly used up is asked when nothing else is there. */
const LEAST_REMAINING = 0.01;
/** A conversation leaves an account that has more to do than this, and than so many times the others. */
const CROWD = { least: 8, times: 1.5 };

/** Tells an account under one route from the same one under another. */
export function attemptName({
  accountId,
  upstreamModel,
}: Pick<Candidate, 'accountId' | 'upstreamModel'>): string {
  return `${accountId} ${upstreamModel}`;
}

/**
 * The account with room to be asked first, null when none has: one the request leans on, then by class
 * (own or lent, as the person prefers), then by the route's priority. Among equals comes the
 * conversation's account, unless it is overrun; without a conversation a draw decides, by the route's
 * weight, by what is left of the account's limits and by how little it is doing, so that equal servers
 * do not all run to the same account. Routes of weight 0 come last. After a failure another platform
 * is asked before the same one again.
 */
export function choose(
  candidates: readonly Candidate[],
  wish: Wish,
  random: () => number,
  tried?: Tried,
): Candidate | null {
  const { conversation } = wish;
  const drawOf = conversation === null ? drawsOf(random) : homesOf(conversation);
  const crowd = conversation === null ? Number.POSITIVE_INFINITY : crowdOf(candidates);
  let best: Candidate | null = null;
  let bestTier = 0;
  let bestPull = 0;
  for (const candidate of candidates) {
    if (isFull(candidate) || tried?.accounts.has(attemptName(candidate))) continue;
    const tier = tierOf(candidate, wish, tried) * 2 + Number(candidate.busy > crowd);
    const order = best ? compareTiers(candidate, tier, best, bestTier) : -1;
    if (order > 0) continue;
    const drawn = drawOf(candidate);
    if (order === 0 && drawn <= bestPull) continue;
    best = candidate;
    bestTier = tier;
    bestPull = drawn;
  }
  return best;
}

/** Whether it has all it can do. One that returns from a rest gets one request at a time. */
export function isFull({ busy, most, probing }: Candidate): boolean {
  const room = probing ? 1 : most;
  return room !== null && busy >= room;
}

type Considered = { candidates: readonly Candidate[]; skipped: readonly Skipped[] };

/**
 * Whether the conversation stays with its account when `chosen` serves it: the one that it would get
 * if every account were well and had room.
 */
export function affinityOf(
  chosen: Candidate,
  wish: Wish,
  { candidates, skipped }: Considered,
  routes: readonly Route[],
): Trace['affinity'] {
  if (wish.conversation === null) return 'none';
  const homes = homesOf(wish.conversation);
  const tier = tierOf(chosen, wish) * 2;
  const mine = homes(chosen);
  const isBetter = (candidate: Candidate) => {
    const itsTier = tierOf(candidate, wish) * 2;
    const order = compareTiers(candidate, itsTier, chosen, tier);
    return order < 0 || (order === 0 && homes(candidate) > mine);
  };
  for (const candidate of candidates) if (isBetter(candidate)) return 'moved';
  for (const account of skipped) {
    if (account.reason !== 'cooling' && account.reason !== 'busy') continue;
    if (asIfWell(account, chosen, wish, routes).some(isBetter)) return 'moved';
  }
  return 'kept';
}

/** An account that rests, as it would have been considered; whose it is does not matter here. */
function asIfWell(
  { accountId, platformId }: Skipped,
  like: Candidate,
  { leansOn }: Wish,
  routes: readonly Route[],
): Candidate[] {
  return routes
    .filter((route) => route.platformId === platformId)
    .map(({ upstreamModel, weight }) => ({
      ...like,
      accountId,
      platformId,
      upstreamModel,
      weight: platformId === like.platformId ? like.weight : weight,
      leaned: leansOn.length > 0 && leansOn.includes(accountTag(accountId)),
      place: hashText(accountId),
    }));
}

/** What comes before the route's priority, as one number: smaller ones are asked first. */
function tierOf({ leaned, own, platformId, weight }: Candidate, wish: Wish, tried?: Tried): number {
  const failed = tried?.platforms.has(platformId) ? 8 : 0;
  const last = weight === 0 ? 2 : 0;
  return failed + (leaned ? 0 : 4) + last + (own === wish.preferShared ? 1 : 0);
}

/** By tier, then by priority, then by the lowest bit of the tier; negative = `a` is asked first. */
function compareTiers(a: Candidate, tierOfA: number, b: Candidate, tierOfB: number): number {
  return (tierOfA >> 1) - (tierOfB >> 1) || a.priority - b.priority || tierOfA - tierOfB;
}

/** The most that an account may have to do before its conversations go elsewhere. */
function crowdOf(candidates: readonly Candidate[]): number {
  let busy = 0;
  for (const candidate of candidates) busy += candidate.busy;
  return Math.max(CROWD.least, (CROWD.times * busy) / Math.max(1, candidates.length));
}

function shareOf({ weight, remaining }: Candidate): number {
  return (weight === 0 ? 1 : weight) * evenly(Math.max(remaining, LEAST_REMAINING));
}

/**
 * How strongly a conversation is drawn to an account. What changes from one moment to the next is left
 * out: a conversation is to find its account again.
 */
function homesOf(conversation: Seed): (candidate: Candidate) => number {
  let model: string | null = null;
  let seed: Seed = 0;
  return (candidate) => {
    if (candidate.upstreamModel !== model) {
      model = candidate.upstreamModel;
      seed = seedWithin(conversation, model);
    }
    return pull(seed, candidate.place, shareOf(candidate));
  };
}

/** Weighted sampling (Efraimidis and Spirakis, 2006); less for those that have much to do. */
function drawsOf(random: () => number): (candidate: Candidate) => number {
  return (candidate) =>
    shareOf(candidate) / (1 + candidate.busy) / -Math.log(Math.max(random(), Number.MIN_VALUE));
}
