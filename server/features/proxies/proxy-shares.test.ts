import fc from 'fast-check';
import { expect, test } from 'vitest';
import { proxyShares } from './proxy-shares.ts';

test('everything is shared out, and nobody who got some has over one more than the emptiest', () => {
  const targets = fc.array(fc.nat(50), { minLength: 1, maxLength: 8 });
  fc.assert(
    fc.property(fc.nat(200), targets, (accounts, counts) => {
      const all = counts.map((count, index) => ({ id: String(index), accounts: count }));
      const shares = proxyShares(accounts, all);
      const after = all.map(({ accounts: before, id }) => before + (shares.get(id) ?? 0));
      expect([...shares.values()].reduce((sum, part) => sum + part, 0)).toBe(accounts);
      const lowest = Math.min(...after);
      for (const [index, { id }] of all.entries()) {
        if ((shares.get(id) ?? 0) > 0) expect(after[index]).toBeLessThanOrEqual(lowest + 1);
      }
    }),
  );
});
