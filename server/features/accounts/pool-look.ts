import type { Asker, Candidate, Considered, Route, Skipped } from '../../gateway/ports.ts';
import type { Clock } from '../../infra/clock.ts';
import { hashText, mixBits } from '../../infra/text-hash.ts';
import type { Loads } from './account-loads.ts';
import { BLOCK, type Quiet, type Ring } from './account-ring.ts';
import { phaseOf, type Standing } from './account-state.ts';
import type { UsableAccount } from './accounts.pool.repo.ts';
import type { LentUse } from './lent-use.ts';
import { refusal } from './loan-terms.ts';
import type { PoolMembers } from './pool-members.ts';
import type { Standings } from './standings.ts';

/** Where there are no more than these, all are looked at. */
const FEW = 64;
/** Of more, so many side by side, well or not: the choice is as even as among all. */
const WINDOW = 32;
/** While fewer of these have room, the look goes on to the next ones. */
const LEAST_ROOM = 8;

export type PoolLookDeps = {
  members: Pick<PoolMembers, 'find' | 'ringsFor' | 'tagged'>;
  standings: Pick<Standings, 'of' | 'isActive'>;
  loads: Pick<Loads, 'busy' | 'isProbed' | 'remaining'>;
  lentUse: Pick<LentUse, 'of'>;
  clock: Pick<Clock, 'now'>;
  zone: string;
  quotaGroup(platformId: string, upstreamModel: string): string;
};

export type PoolLook = {
  consider(routes: readonly Route[], asker: Asker): Considered;
  /** Why the account may not serve now, or whether it is to be tried again only. */
  fitness(account: UsableAccount, group: string): Unfit | 'well' | 'probe';
};

export type Unfit = Pick<Skipped, 'reason' | 'until'>;

/** Accounts of a ring, `end` excluded; of the person's own, or of those lent to them. */
type Part = { at: number; end: number; isOwn: boolean };

/** One look at the accounts of a route. */
type Look = Considered & { route: Route; group: string; asker: Asker; now: number };

/**
 * Finds the accounts that may serve a request. All of them where they are few; of more than a window's
 * width those from the request's start on, so that a request costs the same whatever their number.
 */
export function createPoolLook(deps: PoolLookDeps): PoolLook {
  const { members, standings, loads, lentUse, clock, zone, quotaGroup } = deps;

  function fitness(account: UsableAccount, group: string, now = clock.now()) {
    if (standings.isActive(account.id, group)) return 'well';
    let isProbe = false;
    for (const standing of [standings.of(account.id), standings.of(account.id, group)]) {
      const phase = phaseOf(standing, now);
      if (phase === 'ready') continue;
      if (phase !== 'half-open') return unfit(standing);
      // One at a time finds out; until then the others wait.
      if (loads.isProbed(account.id)) return { ...unfit(standing), until: null };
      isProbe = true;
    }
    return isProbe ? 'probe' : 'well';
  }

  function forbidden({ id, ownerId, terms }: UsableAccount, { asker, now }: Look): Unfit | null {
    const { model, principal } = asker;
    if (ownerId === principal.userId) return null;
    const usedToday = terms.tokensPerDay === null ? 0 : lentUse.of(id);
    const asked = { userId: principal.userId, model, usedToday, now, zone };
    const refused = refusal(terms, asked);
    return refused && { reason: 'terms', until: refused.until };
  }

  /** Adds it to those that may serve, or to those that may not; returns 1 where it has room. */
  function add(account: UsableAccount, look: Look, place: number): 0 | 1 {
    // Like one that is disabled: nobody is served, and nobody has to be told why.
    if (account.modelsOff.includes(look.asker.model)) return 0;
    const fit = forbidden(account, look) ?? fitness(account, look.group, look.now);
    if (typeof fit !== 'string') {
      look.skipped.push(skippedAs(account, fit));
      return 0;
    }
    const candidate = candidateOf(account, look, place);
    candidate.probing = fit === 'probe';
    look.candidates.push(candidate);
    return hasRoom(account, fit, candidate.busy) ? 1 : 0;
  }

  function candidateOf(account: UsableAccount, look: Look, place: number): Candidate {
    const { asker, group, route } = look;
    return {
      accountId: account.id,
      platformId: route.platformId,
      upstreamModel: route.upstreamModel,
      weight: route.weight,
      priority: route.priority,
      own: account.ownerId === asker.principal.userId,
      busy: loads.busy(account.id),
      most: account.maxConcurrency,
      remaining: loads.remaining(account.id, group) ?? 1,
      probing: false,
      leaned: false,
      place,
    };
  }

  function lookAt(ring: Ring, look: Look, isOwn: boolean): void {
    const size = ring.accounts.length;
    if (size <= FEW) {
      lookThrough(ring, look, { at: 0, end: size, isOwn });
      return;
    }
    const start = ring.from(mixBits((look.asker.start ?? 0) + 1));
    const first = look.candidates.length;
    const end = start + WINDOW;
    let room = lookThrough(ring, look, { at: start, end: Math.min(end, size), isOwn });
    if (end > size) room += lookThrough(ring, look, { at: 0, end: end - size, isOwn });
    const seen =
      room >= LEAST_ROOM ? WINDOW : lookFurther(ring, look, { at: end % size, room, isOwn });
    // Each stands for others: a platform of many accounts keeps its share beside one of few.
    for (const candidate of look.candidates.slice(first)) candidate.weight *= size / seen;
  }

  /** All of a part, and how many of it have room. */
  function lookThrough(ring: Ring, look: Look, { at, end, isOwn }: Part): number {
    let room = 0;
    for (let next = at; next < end; next += 1) room += lookOnce(ring, look, next, isOwn);
    return room;
  }

  /** The own ones among lent ones are looked at for themselves; returns 1 where one has room. */
  function lookOnce(ring: Ring, look: Look, at: number, isOwn: boolean): 0 | 1 {
    const account = ring.accounts[at];
    if (!account) return 0;
    if (!isOwn && account.ownerId === look.asker.principal.userId) {
      return isFree(account, look) ? 1 : 0;
    }
    return add(account, look, ring.places[at] ?? 0);
  }

  function isFree(account: UsableAccount, { group, now }: Look): boolean {
    const fit = fitness(account, group, now);
    return typeof fit === 'string' && hasRoom(account, fit, loads.busy(account.id));
  }

  /** Block by block behind the window, until enough have room; returns how many were passed in all. */
  function lookFurther(
    ring: Ring,
    look: Look,
    window: { at: number; room: number; isOwn: boolean },
  ): number {
    const size = ring.accounts.length;
    const quiet = newQuiet();
    let { at, room } = window;
    let seen = WINDOW;
    while (seen < size && room < LEAST_ROOM) {
      const end = Math.min(at - (at % BLOCK) + BLOCK, size, at + size - seen);
      room += lookForRoom(ring, look, { at, end, isOwn: window.isOwn }, quiet);
      seen += end - at;
      at = end % size;
    }
    if (room === 0) addFirstToReturn(quiet, look, window.isOwn);
    return seen;
  }

  /** Who finds no room is told when there may be some. */
  function addFirstToReturn({ busy, soonest }: Quiet, look: Look, isOwn: boolean): void {
    for (const account of [soonest, busy]) {
      const isMine = account?.ownerId === look.asker.principal.userId;
      if (account && isMine === isOwn) add(account, look, hashText(account.id));
    }
  }

  /** Those of a part that have room; what may give the others some goes into `quiet`. */
  function lookForRoom(ring: Ring, look: Look, part: Part, quiet: Quiet): number {
    const { at, end } = part;
    const isBlock = at % BLOCK === 0 && (end % BLOCK === 0 || end === ring.accounts.length);
    const known = isBlock ? ring.quiet(look.group, at) : null;
    if (known && known.until > look.now && isOpen(known, look)) {
      later(quiet, known);
      return 0;
    }
    const here = newQuiet();
    const { free, room } = lookForFree(ring, look, part, here);
    if (isBlock && free === 0) ring.note(look.group, at, here);
    if (isOpen(here, look)) later(quiet, here);
    // What is true for others is not for this person: each of them is asked why.
    else if (room === 0) lookThrough(ring, look, part);
    return room;
  }

  function lookForFree(ring: Ring, look: Look, { at, end, isOwn }: Part, quiet: Quiet) {
    let free = 0;
    let room = 0;
    for (let next = at; next < end; next += 1) {
      if (!noteUnlessFree(quiet, ring.accounts[next], look)) continue;
      free += 1;
      room += lookOnce(ring, look, next, isOwn);
    }
    return { free, room };
  }

  /** Whether the account has room; else notes what may give it some. */
  function noteUnlessFree(quiet: Quiet, account: UsableAccount | undefined, look: Look): boolean {
    if (!account) return false;
    const fit = fitness(account, look.group, look.now);
    if (typeof fit === 'string' && hasRoom(account, fit, loads.busy(account.id))) return true;
    noteIn(quiet, account, fit, look.now);
    return false;
  }

  function isOpen({ busy, soonest }: Quiet, look: Look): boolean {
    return !(busy && forbidden(busy, look)) && !(soonest && forbidden(soonest, look));
  }

  /** Those that the request leans on or is bound to, wherever they stand. */
  function addWanted(look: Look, from: { candidates: number; skipped: number }): void {
    const { holder, leansOn = [] } = look.asker;
    const leaned = leansOn.flatMap((tag) => [...members.tagged(tag)]);
    const held = holder === undefined ? undefined : members.find(holder);
    const seen = new Set([
      ...look.candidates.slice(from.candidates).map(({ accountId }) => accountId),
      ...look.skipped.slice(from.skipped).map(({ accountId }) => accountId),
    ]);
    for (const account of held ? [...leaned, held] : leaned) {
      if (seen.has(account.id) || !mayUse(account, look)) continue;
      seen.add(account.id);
      add(account, look, hashText(account.id));
    }
    if (leaned.length === 0) return;
    const ids = new Set(leaned.map(({ id }) => id));
    for (const candidate of look.candidates) candidate.leaned = ids.has(candidate.accountId);
  }

  return {
    fitness,
    consider(routes, asker) {
      const candidates: Candidate[] = [];
      const skipped: Skipped[] = [];
      const now = clock.now();
      const { userId } = asker.principal;
      for (const route of routes) {
        const { platformId, upstreamModel } = route;
        const group = quotaGroup(platformId, upstreamModel);
        const look = { candidates, skipped, route, group, asker, now };
        const from = { candidates: candidates.length, skipped: skipped.length };
        const { lent, own } = members.ringsFor(platformId, userId);
        if (own) lookAt(own, look, true);
        for (const ring of lent) lookAt(ring, look, false);
        if (asker.holder !== undefined || asker.leansOn?.length) addWanted(look, from);
      }
      return { candidates, skipped };
    },
  };
}

function mayUse({ ownerId, platformId, shared }: UsableAccount, { asker, route }: Look): boolean {
  return platformId === route.platformId && (shared || ownerId === asker.principal.userId);
}

function newQuiet(): Quiet {
  return { until: Number.POSITIVE_INFINITY, soonest: null, busy: null };
}

function hasRoom(account: UsableAccount, fit: 'well' | 'probe', busy: number): boolean {
  const most = fit === 'probe' ? 1 : account.maxConcurrency;
  return most === null || busy < most;
}

/** What may end that an account has no room. */
function noteIn(
  quiet: Quiet,
  account: UsableAccount,
  fit: Unfit | 'well' | 'probe',
  now: number,
): void {
  if (typeof fit === 'string') {
    quiet.busy ??= account;
    return;
  }
  const isTried = fit.until === null && (fit.reason === 'cooling' || fit.reason === 'exhausted');
  // While another request finds out whether it is well: its end is told by a touch.
  if (isTried) quiet.busy ??= account;
  else if (fit.until !== null && fit.until < quiet.until && fit.until > now) {
    quiet.until = fit.until;
    quiet.soonest = account;
  }
}

function later(sum: Quiet, { busy, soonest, until }: Quiet): void {
  sum.busy ??= busy;
  if (until >= sum.until) return;
  sum.until = until;
  sum.soonest = soonest;
}

function skippedAs(
  { id: accountId, platformId }: UsableAccount,
  { reason, until }: Unfit,
): Skipped {
  return { accountId, platformId, reason, until };
}

function unfit({ state, until }: Standing): Unfit {
  const reason = state === 'exhausted' || state === 'expired' ? state : 'cooling';
  return { reason, until };
}
