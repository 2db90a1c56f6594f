import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { hashText } from '../../infra/text-hash.ts';
import { pull, seedOf } from './rendezvous.ts';

type Account = { name: string; weight: number };

function winner(key: string, accounts: readonly Account[]): string {
  const seed = seedOf(key);
  const pulls = accounts.map(({ name, weight }) => pull(seed, hashText(name), weight));
  return accounts[pulls.indexOf(Math.max(...pulls))]?.name ?? '';
}

const keys = Array.from({ length: 6_000 }, (_, at) => `conversation ${at}`);

function winners(accounts: readonly Account[]): Map<string, string> {
  return new Map(keys.map((key) => [key, winner(key, accounts)]));
}

function countOf(won: ReadonlyMap<string, string>, name: string): number {
  return [...won.values()].filter((each) => each === name).length;
}

describe('rendezvous hashing', () => {
  test('an account that leaves moves only the conversations it had', () => {
    const names = fc.uniqueArray(fc.uuid(), { minLength: 2, maxLength: 12 });
    fc.assert(
      fc.property(names, fc.array(fc.string(), { minLength: 1, maxLength: 50 }), (ids, all) => {
        const accounts = ids.map((name) => ({ name, weight: 1 }));
        const [gone, ...rest] = accounts;
        for (const key of all) {
          const before = winner(key, accounts);
          if (before !== gone?.name) expect(winner(key, rest)).toBe(before);
        }
      }),
    );
  });

  test('an account that comes takes from others and moves nothing between them', () => {
    const before = winners([1, 2, 3].map((n) => ({ name: `a${n}`, weight: 1 })));
    const after = winners([1, 2, 3, 4].map((n) => ({ name: `a${n}`, weight: 1 })));
    for (const key of keys) {
      if (after.get(key) !== 'a4') expect(after.get(key)).toBe(before.get(key));
    }
    expect(countOf(after, 'a4') / keys.length).toBeCloseTo(0.25, 1);
  });

  test('weights are shares of the conversations', () => {
    const won = winners([
      { name: 'one', weight: 1 },
      { name: 'three', weight: 3 },
      { name: 'six', weight: 6 },
    ]);
    expect(countOf(won, 'one') / keys.length).toBeCloseTo(0.1, 1);
    expect(countOf(won, 'three') / keys.length).toBeCloseTo(0.3, 1);
    expect(countOf(won, 'six') / keys.length).toBeCloseTo(0.6, 1);
  });

  test('a weight that falls a little moves only a few conversations, all of them away', () => {
    const accounts = ['a', 'b', 'c', 'd'].map((name) => ({ name, weight: 1 }));
    const before = winners(accounts);
    const after = winners(
      accounts.map((each) => (each.name === 'a' ? { ...each, weight: 0.9 } : each)),
    );
    const moved = keys.filter((key) => before.get(key) !== after.get(key));
    expect(moved.every((key) => before.get(key) === 'a')).toBe(true);
    expect(moved.length / keys.length).toBeLessThan(0.04);
    expect(moved.length).toBeGreaterThan(0);
  });

  test('names that differ in one letter win equally often', () => {
    const names = Array.from(
      { length: 10 },
      (_, n) => `0194f3a2-7c1e-7b00-8000-00000000000${n} model`,
    );
    const won = winners(names.map((name) => ({ name, weight: 1 })));
    for (const name of names) expect(countOf(won, name) / keys.length).toBeCloseTo(0.1, 1);
  });
});
