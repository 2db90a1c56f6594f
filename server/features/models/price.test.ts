import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  priceAt,
  priceColumns,
  priceOfColumns,
  toDollars,
  toMicros,
  toModelPrice,
  toPriceView,
  toStoredPrice,
} from './price.ts';

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

describe('a price', () => {
  const cached = { input: 3, cached: 0.3, cacheWrite: 3.75, output: 15 };
  const full = {
    ...cached,
    reasoning: 12,
    perRequest: 0.001,
    perImage: 0.04,
    perMinute: 0.006,
    perMillionCharacters: 15,
    perThousandSearches: 2,
  };

  test.each([
    full,
    cached,
    { input: 3, output: 15 },
    { input: 0, cached: 0, cacheWrite: 0, output: 0 },
    { input: 3, cacheWrite: 3.75, output: 15 },
  ])('%o survives being stored', (price) => {
    const stored = toStoredPrice(price);
    expect(priceOfColumns(priceColumns(stored))).toEqual(stored);
    expect(toPriceView(stored)).toEqual(price);
  });

  test('none is none, stored too', () => {
    expect(priceOfColumns(priceColumns(null))).toBeNull();
  });

  test('charges what goes to and comes from the cache like other input unless it says more', () => {
    expect(toModelPrice(toStoredPrice({ input: 3, output: 15 }))).toEqual({
      input: 3_000_000,
      cached: 3_000_000,
      cacheWrite: 3_000_000,
      output: 15_000_000,
    });
    expect(toModelPrice(toStoredPrice(full))).toEqual({
      input: 3_000_000,
      cached: 300_000,
      cacheWrite: 3_750_000,
      output: 15_000_000,
      reasoning: 12_000_000,
      perRequest: 1_000,
      perUnit: { image: 40_000, second: 6_000, character: 15_000_000, search: 2_000_000 },
    });
  });
});

test('the newest price that has begun counts; none before the first', () => {
  const priced = (from: number, input: number) => ({
    from: new Date(from),
    price: toStoredPrice({ input, output: 0 }),
  });
  const prices = [priced(300, 3), { from: new Date(200), price: null }, priced(100, 1)];
  const inputs = [99, 100, 199, 200, 299, 300, 1e12].map((at) => priceAt(prices, at)?.input);
  expect(inputs).toEqual([undefined, 1e6, 1e6, undefined, undefined, 3e6, 3e6]);
  expect(priceAt(prices.toReversed(), 300)?.input).toBe(3e6);
});
