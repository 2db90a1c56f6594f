import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { jain, measure, type Told } from './measures.ts';

const told = (more: Partial<Told>): Told => ({
  account: 'a',
  roomElsewhere: false,
  home: null,
  ms: 0,
  ...more,
});

describe('fairness', () => {
  test('is 1 for equal shares and 1/n when one has everything', () => {
    expect(jain([0.5, 0.5, 0.5])).toBe(1);
    expect(jain([1, 0, 0, 0])).toBe(0.25);
    expect(jain([0, 0])).toBe(1);
    // The example of the paper's section 3: ten of a hundred users have all.
    expect(jain([...Array(10).fill(1), ...Array(90).fill(0)])).toBeCloseTo(0.1);
  });

  test('lies between 1/n and 1, whatever the unit', () => {
    const shares = fc.array(fc.double({ min: 0.001, max: 1_000, noNaN: true }), { minLength: 1 });
    fc.assert(
      fc.property(shares, (all) => {
        const index = jain(all);
        expect(index).toBeGreaterThanOrEqual(1 / all.length - 1e-9);
        expect(index).toBeLessThanOrEqual(1 + 1e-9);
        expect(jain(all.map((share) => share * 7))).toBeCloseTo(index, 9);
      }),
    );
  });
});

test('refusals count apart from those that could have been served', () => {
  const measured = measure(
    [
      told({}),
      told({}),
      told({ account: null, roomElsewhere: true }),
      told({ account: null, roomElsewhere: false }),
    ],
    [1],
  );
  expect(measured).toMatchObject({ requests: 4, refused: 0.5, refusedWithRoom: 0.25 });
});

test('only turns whose account was well count for affinity', () => {
  const measured = measure(
    [
      told({ account: 'a', home: null }),
      told({ account: 'a', home: 'a' }),
      told({ account: 'a', home: 'a' }),
      told({ account: 'b', home: 'a' }),
      told({ account: null, home: 'a' }),
    ],
    [1],
  );
  expect(measured.affinity).toBe(0.5);
});

test('waits are those of answered requests', () => {
  const waits = Array.from({ length: 100 }, (_, at) => told({ ms: at }));
  expect(measure([...waits, told({ account: null, ms: 99_999 })], [1])).toMatchObject({
    p50: 50,
    p99: 99,
  });
});
