import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { toDollars, toMicros } from './price.ts';

describe('dollars and micro-dollars', () => {
  test.each([
    [0, 0],
    [0.15, 150_000],
    [0.6, 600_000],
    [1.1, 1_100_000],
    [0.000001, 1],
    [0.0000001, 0],
    [0.0000005, 1],
    [4.35, 4_350_000],
    [1.0000005, 1_000_001],
    [1.0000004, 1_000_000],
    [2.0000015, 2_000_002],
    [99_999.999999, 99_999_999_999],
    [100_000, 100_000_000_000],
  ])('%f dollars are %i micro-dollars', (dollars, micros) => {
    expect(toMicros(dollars)).toBe(micros);
  });

  test('every whole number of micro-dollars survives the way to the person and back', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 100_000_000_000 }), (micros) => {
        expect(toMicros(toDollars(micros))).toBe(micros);
      }),
      { numRuns: 2_000 },
    );
  });

  test('every price of at most six decimals keeps its digits', () => {
    const price = fc.tuple(
      fc.integer({ min: 0, max: 99_999 }),
      fc.integer({ min: 0, max: 999_999 }),
    );
    fc.assert(
      fc.property(price, ([whole, fraction]) => {
        const text = `${whole}.${String(fraction).padStart(6, '0')}`;
        expect(toMicros(Number(text))).toBe(whole * 1_000_000 + fraction);
      }),
      { numRuns: 2_000 },
    );
  });

  test('any price comes out whole and off by half a micro-dollar at most', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 100_000, noNaN: true }), (dollars) => {
        const micros = toMicros(dollars);
        expect(Number.isSafeInteger(micros)).toBe(true);
        expect(Math.abs(micros - dollars * 1e6)).toBeLessThanOrEqual(0.5001);
      }),
      { numRuns: 2_000 },
    );
  });
});
