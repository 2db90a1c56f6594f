import type { Candidate, Route, Skipped, Trace } from '../ports.ts';
import { pull, type Seed, seedOf } from './rendezvous.ts';

/** What a request wants of its account. */
export type Wish = {
  /** True for accounts that something in the request leans on. */
  leansOn(accountId: string): boolean;
  /** Tells its conversation from others; null = it belongs to none. */
  conversation: string | null;
  /** Whether lent accounts are asked before the person's own. */
  preferShared: boolean;
};

/**
 * How much more an account counts that has more of its limits left. Evenly used means that every
 * account has the same part left; the power makes up for limits that differ tenfold.
 */
const EVENNESS = 4;
/** Keeps weights above zero: what is nearly used up is asked when nothing else is there. */
const LEAST_REMAINING = 0.01;
/** A conversation leaves an account that has more to do than this, and than so many times the others. */
const CROWD = { least: 8, times: 1.5 };

type Ranked = { candidate: Candidate; tier: readonly number[]; crowded: boolean; pull: number };

/**
 * The accounts with room, the first to be asked first: those the request leans on, then by class (own
 * or lent, as the person prefers), then by the route's priority. Among equals comes the conversation's
 * account, unless it is overrun; without a conversation a draw decides, by the route's weight, by what
 * is left of the account's limits and by how little it is doing, so that equal servers do not all run
 * to the same account. Routes of weight 0 come last.
 */
export function choose(
  candidates: readonly Candidate[],
  wish: Wish,
  random: () => number,
): Candidate[] {
  const seed = wish.conversation === null ? null : seedOf(wish.conversation);
  const crowd = crowdOf(candidates);
  const ranked = candidates
    .filter((candidate) => !isFull(candidate))
    .map((candidate): Ranked => {
      const tier = tierOf(candidate, wish);
      return seed === null
        ? { candidate, tier, crowded: false, pull: drawOf(candidate, random()) }
        : { candidate, tier, crowded: candidate.busy > crowd, pull: homePull(seed, candidate) };
    });
  return ranked.sort(compare).map(({ candidate }) => candidate);
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
  const seed = seedOf(wish.conversation);
  const mine = { tier: tierOf(chosen, wish), crowded: false, pull: homePull(seed, chosen) };
  const better = (candidate: Candidate) =>
    compare(
      { tier: tierOf(candidate, wish), crowded: false, pull: homePull(seed, candidate) },
      mine,
    ) < 0;
  const resting = skipped.flatMap((account) => asIfWell(account, chosen, routes));
  return candidates.some(better) || resting.some(better) ? 'moved' : 'kept';
}

/** An account that rests, as it would have been considered; whose it is does not matter here. */
function asIfWell(
  { accountId, platformId, reason }: Skipped,
  like: Candidate,
  routes: readonly Route[],
) {
  if (reason !== 'cooling' && reason !== 'busy') return [];
  return routes
    .filter((route) => route.platformId === platformId)
    .map(
      ({ upstreamModel, weight }): Candidate => ({
        ...like,
        accountId,
        platformId,
        upstreamModel,
        weight,
      }),
    );
}

function tierOf({ accountId, own, priority, weight }: Candidate, wish: Wish): readonly number[] {
  return [
    wish.leansOn(accountId) ? 0 : 1,
    weight === 0 ? 1 : 0,
    own === wish.preferShared ? 1 : 0,
    priority,
  ];
}

function compare(a: Omit<Ranked, 'candidate'>, b: Omit<Ranked, 'candidate'>): number {
  for (const [at, mine] of a.tier.entries()) {
    const difference = mine - (b.tier[at] ?? 0);
    if (difference !== 0) return difference;
  }
  return Number(a.crowded) - Number(b.crowded) || b.pull - a.pull;
}

/** The most that an account may have to do before its conversations go elsewhere. */
function crowdOf(candidates: readonly Candidate[]): number {
  const busy = candidates.reduce((sum, candidate) => sum + candidate.busy, 0);
  return Math.max(CROWD.least, (CROWD.times * busy) / Math.max(1, candidates.length));
}

function shareOf({ weight, remaining }: Candidate): number {
  return Math.max(weight, 1) * Math.max(remaining, LEAST_REMAINING) ** EVENNESS;
}

/** What changes from one moment to the next is left out: a conversation is to find its account again. */
function homePull(seed: Seed, candidate: Candidate): number {
  return pull(seed, `${candidate.accountId} ${candidate.upstreamModel}`, shareOf(candidate));
}

/** Weighted sampling without replacement (Efraimidis and Spirakis, 2006); `u` is 0 to 1. */
function drawOf(candidate: Candidate, u: number): number {
  return shareOf(candidate) / (1 + candidate.busy) / -Math.log(Math.max(u, Number.MIN_VALUE));
}
