import fc from 'fast-check';
import { expect, test } from 'vitest';
import { EFFORTS } from '../../platforms/quirks.ts';
import { budgetOf, effortOf } from './effort.ts';

test.each([
  [0, 'none'],
  [1, 'low'],
  [1_024, 'low'],
  [6_000, 'medium'],
  [8_192, 'medium'],
  [16_384, 'high'],
  [31_999, 'high'],
  [-1, 'medium'],
] as const)('a budget of %i tokens is nearest to %s', (budget, effort) => {
  expect(effortOf(budget)).toBe(effort);
});

test('an effort turned into a budget and back is the same or the nearest common one', () => {
  const nearest = { minimal: 'low', xhigh: 'high', max: 'high' } as Record<string, string>;
  for (const effort of EFFORTS) {
    expect(effortOf(budgetOf(effort) ?? Number.NaN)).toBe(nearest[effort] ?? effort);
  }
  expect(budgetOf(null)).toBeNull();
});

test('more budget is never less effort', () => {
  fc.assert(
    fc.property(fc.nat(100_000), fc.nat(100_000), (a, b) => {
      const [less, more] = a < b ? [a, b] : [b, a];
      expect(EFFORTS.indexOf(effortOf(less))).toBeLessThanOrEqual(EFFORTS.indexOf(effortOf(more)));
    }),
  );
});
