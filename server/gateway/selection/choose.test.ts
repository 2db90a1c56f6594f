import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { hashText } from '../../infra/text-hash.ts';
import { accountTag } from '../../platforms/account-tag.ts';
import type { Candidate, Skipped } from '../ports.ts';
import { affinityOf, attemptName, choose, isFull, type Wish } from './choose.ts';
import { seedOf } from './rendezvous.ts';

const account = (accountId: string, more: Partial<Candidate> = {}): Candidate => ({
  accountId,
  platformId: 'lab',
  upstreamModel: 'tiny',
  weight: 1,
  priority: 0,
  own: false,
  busy: 0,
  most: null,
  remaining: 1,
  probing: false,
  leaned: false,
  place: hashText(accountId),
  ...more,
});

const wish = ({
  conversation,
  ...more
}: { conversation?: string } & Partial<Omit<Wish, 'conversation'>> = {}): Wish => ({
  leansOn: [],
  start: 0,
  conversation: conversation === undefined ? null : seedOf(conversation),
  preferShared: false,
  ...more,
});

/** Deterministic numbers from 0 to 1 (a linear congruential generator, Numerical Recipes). */
function numbers(seed = 1): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

const names = (chosen: readonly Candidate[]) => chosen.map(({ accountId }) => accountId);
const first = (candidates: readonly Candidate[], wanted: Wish, random = numbers()) =>
  choose(candidates, wanted, random)?.accountId;

/** The candidates in the order in which they are asked. */
function inOrder(candidates: readonly Candidate[], wanted: Wish, random = numbers()): Candidate[] {
  const tried = { accounts: new Set<string>(), platforms: new Set<string>() };
  const order: Candidate[] = [];
  for (;;) {
    const next = choose(candidates, wanted, random, tried);
    if (!next) return order;
    order.push(next);
    tried.accounts.add(attemptName(next));
  }
}

const conversations = Array.from({ length: 400 }, (_, at) => wish({ conversation: `talk ${at}` }));

describe('the order of accounts', () => {
  test('what a request leans on comes before everything else', () => {
    const leaning = wish({ conversation: 'talk' });
    const bound = account('bound', { weight: 0, priority: 9, leaned: true });
    const all = [account('own', { own: true }), bound];
    expect(names(inOrder(all, leaning, numbers()))).toEqual(['bound', 'own']);
  });

  test('own accounts come before lent ones, and the other way round for those who prefer it', () => {
    const all = [account('lent', { remaining: 1 }), account('own', { own: true, remaining: 0.1 })];
    expect(names(inOrder(all, wish(), numbers()))).toEqual(['own', 'lent']);
    expect(names(inOrder(all, wish({ preferShared: true }), numbers()))).toEqual(['lent', 'own']);
  });

  test('within a class the lower priority is asked first, whatever the weight', () => {
    const all = [
      account('second', { priority: 1, weight: 1_000 }),
      account('first', { priority: -2 }),
      account('own', { own: true, priority: 7 }),
    ];
    expect(names(inOrder(all, wish(), numbers()))).toEqual(['own', 'first', 'second']);
  });

  test('a route of weight 0 is the last resort, even on an own account', () => {
    const all = [account('last', { own: true, weight: 0 }), account('lent', { priority: 50 })];
    expect(names(inOrder(all, wish(), numbers()))).toEqual(['lent', 'last']);
  });

  test('accounts that have all they can do are left out', () => {
    const all = [
      account('full', { busy: 2, most: 2 }),
      account('room', { busy: 1, most: 2 }),
      account('tested', { busy: 1, probing: true }),
      account('to test', { probing: true }),
    ];
    expect(names(inOrder(all, wish(), numbers())).sort()).toEqual(['room', 'to test']);
    expect(all.filter(isFull).map(({ accountId }) => accountId)).toEqual(['full', 'tested']);
  });
});

describe('after a failure', () => {
  const all = [account('a', { own: true }), account('b', { platformId: 'other', priority: 9 })];
  const none = { accounts: new Set<string>(), platforms: new Set<string>() };

  test('another platform is asked before the same one again, whatever comes first otherwise', () => {
    expect(first(all, wish())).toBe('a');
    const tried = { ...none, platforms: new Set(['lab']) };
    expect(choose(all, wish(), numbers(), tried)?.accountId).toBe('b');
    const both = { ...tried, platforms: new Set(['lab', 'other']) };
    expect(choose(all, wish(), numbers(), both)?.accountId).toBe('a');
  });

  test('an account is not asked twice under one route, and may be under another', () => {
    const [a] = all;
    if (!a) throw new Error('nobody is there');
    const tried = { ...none, accounts: new Set([attemptName(a)]) };
    expect(choose([a], wish(), numbers(), tried)).toBeNull();
    const elsewhere = { ...a, upstreamModel: 'large' };
    expect(choose([a, elsewhere], wish(), numbers(), tried)).toBe(elsewhere);
  });
});

describe('the draw', () => {
  const share = (candidates: readonly Candidate[], of: string): number => {
    const random = numbers(7);
    let won = 0;
    for (let round = 0; round < 4_000; round += 1) {
      if (first(candidates, wish(), random) === of) won += 1;
    }
    return won / 4_000;
  };

  test('is in proportion to the routes’ weights', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 9 }), (a, b) => {
        const all = [account('a', { weight: a }), account('b', { weight: b })];
        expect(share(all, 'a')).toBeCloseTo(a / (a + b), 1);
      }),
      { numRuns: 12 },
    );
  });

  test('gives less to those that are busy', () => {
    expect(share([account('busy', { busy: 3 }), account('idle')], 'busy')).toBeCloseTo(0.2, 1);
  });

  test('gives most to those that have most left', () => {
    const all = [account('used', { remaining: 0.5 }), account('fresh')];
    expect(share(all, 'used')).toBeLessThan(0.1);
    expect(
      share([account('used', { remaining: 0 }), account('none', { remaining: 0 })], 'used'),
    ).toBeCloseTo(0.5, 1);
  });
});

describe('a conversation', () => {
  test('finds its account again on every server, whatever the order and the load', () => {
    const all = ['a', 'b', 'c', 'd', 'e'].map((id) => account(id));
    for (const talk of conversations) {
      const home = first(all, talk);
      const elsewhere = [...all]
        .reverse()
        .map((each) => ({ ...each, busy: each.accountId === 'c' ? 3 : 0 }));
      expect(first(elsewhere, talk, numbers(99))).toBe(home);
    }
  });

  test('is not moved by what happens to other accounts', () => {
    const all = ['a', 'b', 'c', 'd', 'e'].map((id) => account(id));
    const without = all.slice(1);
    for (const talk of conversations) {
      const home = first(all, talk);
      if (home !== 'a') expect(first(without, talk)).toBe(home);
    }
  });

  test('leaves an account that is full, and says so', () => {
    const all = ['a', 'b', 'c'].map((id) => account(id));
    const talk = wish({ conversation: 'talk' });
    const home = first(all, talk);
    const full = all.map((each) =>
      each.accountId === home ? { ...each, busy: 1, most: 1 } : each,
    );
    const other = choose(full, talk, numbers());
    if (!other) throw new Error('nothing was chosen');
    expect(other.accountId).not.toBe(home);
    expect(affinityOf(other, talk, { candidates: full, skipped: [] }, [])).toBe('moved');
  });

  test('leaves an account that is overrun, in favour of the others', () => {
    const all = ['a', 'b', 'c'].map((id) => account(id));
    const talk = wish({ conversation: 'talk' });
    const home = first(all, talk);
    const overrun = all.map((each) => ({ ...each, busy: each.accountId === home ? 20 : 1 }));
    expect(first(overrun, talk)).not.toBe(home);
    const evenly = all.map((each) => ({ ...each, busy: 20 }));
    expect(first(evenly, talk)).toBe(home);
  });

  test('has moved while its account rests, and is kept afterwards', () => {
    const all = ['a', 'b', 'c'].map((id) => account(id));
    const routes = [{ platformId: 'lab', upstreamModel: 'tiny', weight: 1, priority: 0 }];
    const talk = wish({ conversation: 'talk' });
    const home = choose(all, talk, numbers());
    if (!home) throw new Error('nothing was chosen');
    const candidates = all.filter((each) => each !== home);
    const skipped: Skipped[] = [
      { accountId: home.accountId, platformId: 'lab', reason: 'cooling', until: 1 },
    ];
    const other = choose(candidates, talk, numbers());
    if (!other) throw new Error('nothing was chosen');
    expect(affinityOf(other, talk, { candidates, skipped }, routes)).toBe('moved');
    expect(affinityOf(home, talk, { candidates: all, skipped: [] }, routes)).toBe('kept');
    expect(affinityOf(home, wish(), { candidates: all, skipped: [] }, routes)).toBe('none');
  });

  test('has moved while the account that its request leans on rests', () => {
    const routes = [{ platformId: 'lab', upstreamModel: 'tiny', weight: 1, priority: 0 }];
    const other = account('other');
    const talk = (leansOn: string[]) => wish({ conversation: 'talk', leansOn });
    const skipped: Skipped[] = ['a', 'b', 'c'].map((accountId) => ({
      ...{ accountId, platformId: 'lab', reason: 'terms', until: 1 },
    }));
    skipped.push({ accountId: 'bound', platformId: 'lab', reason: 'cooling', until: 1 });
    const seen = { candidates: [other], skipped };
    const isKept = (talk: Wish) => affinityOf(other, talk, seen, routes) === 'kept';
    expect(isKept(talk([accountTag('bound')]))).toBe(false);
  });

  test('does not come before the class and the priority', () => {
    const all = [account('lent'), account('own', { own: true, priority: 3 })];
    for (const talk of conversations) expect(first(all, talk)).toBe('own');
  });
});
