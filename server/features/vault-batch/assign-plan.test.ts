import fc from 'fast-check';
import { expect, test } from 'vitest';
import { planAssignment } from './assign-plan.ts';

const TARGETS = ['a', 'b', 'c'].map((id) => ({ id, name: id, platformId: null }));
const accounts = fc
  .array(fc.constantFrom('a', 'b', 'c', 'x', null), { maxLength: 60 })
  .map((has) =>
    has.map((one, at) => ({ accountId: String(at).padStart(4, '0'), platformId: 'p', has: one })),
  );

test('no target gets two more than another, however they are assigned before', () => {
  fc.assert(
    fc.property(accounts, fc.integer({ min: 1, max: 3 }), (all, count) => {
      const plan = planAssignment(all, TARGETS.slice(0, count));
      const after = plan.targets.map((target) => target.after);
      expect(after.reduce((sum, one) => sum + one, 0)).toBe(all.length);
      expect(Math.max(...after) - Math.min(...after)).toBeLessThanOrEqual(1);
    }),
  );
});

test('what is even already stays as it is', () => {
  fc.assert(
    fc.property(accounts, (all) => {
      const first = planAssignment(all, TARGETS);
      const moved = new Map(first.moves.map(({ accountId, to }) => [accountId, to]));
      const next = all.map((one) => ({ ...one, has: moved.get(one.accountId) ?? one.has }));
      expect(planAssignment(next, TARGETS).moves).toEqual([]);
    }),
  );
});

test('accounts of another platform than any client are left alone, and counted', () => {
  const one = { accountId: '1', platformId: 'p', has: 'x' };
  const plan = planAssignment([one], [{ id: 'a', name: 'a', platformId: 'q' }]);
  expect(plan).toMatchObject({ moves: [], unfit: 1 });
});
