import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ModelPrice, TokenUsage, Units } from '../ports.ts';
import { priceOf } from './price-of.ts';

const PRICE = { input: 3_000_000, cached: 300_000, cacheWrite: 3_750_000, output: 15_000_000 };
const NONE = {
  inputTokens: 0,
  cachedTokens: 0,
  cacheWriteTokens: 0,
  outputTokens: 0,
  reasoningTokens: 0,
  estimated: false,
};

test('what was read from and written to the cache has its own price, and is not charged twice', () => {
  const usage = { inputTokens: 1_000, cachedTokens: 600, cacheWriteTokens: 300 };
  // 100 × $3 + 600 × $0.30 + 300 × $3.75 a million, and 10 × $15.
  expect(priceOf(PRICE, { ...NONE, ...usage, outputTokens: 10 })).toBe(300 + 180 + 1_125 + 150);
});

test('a platform that counts its cache beside the input never makes a cost negative', () => {
  expect(priceOf(PRICE, { ...NONE, cachedTokens: 1_000 })).toBe(300);
  expect(priceOf(PRICE, { ...NONE, inputTokens: 100, cacheWriteTokens: 200 })).toBe(750);
});

test('reasoning has its own price where one is set, and is not charged as output again', () => {
  const usage = { ...NONE, outputTokens: 100, reasoningTokens: 60 };
  expect(priceOf(PRICE, usage)).toBe(1_500);
  expect(priceOf({ ...PRICE, reasoning: 5_000_000 }, usage)).toBe(600 + 300);
  expect(priceOf({ ...PRICE, reasoning: 0 }, { ...NONE, reasoningTokens: 60 })).toBe(0);
});

test('requests and units are charged by their lots: an image, a minute, a million, a thousand', () => {
  const perUnit = { image: 40_000, second: 6_000, character: 15_000_000, search: 2_000_000 };
  const price = { ...PRICE, perRequest: 250, perUnit };
  const cost = (unit: Units['unit'], amount: number, requests = 0) =>
    priceOf(price, NONE, { requests, units: { unit, amount } });
  expect(cost('image', 2)).toBe(80_000);
  expect(cost('second', 12.5)).toBe(1_250);
  expect(cost('character', 1_001)).toBe(15_015);
  expect(cost('search', 3, 1)).toBe(6_000 + 250);
  expect(priceOf(PRICE, NONE, { requests: 1, units: { unit: 'image', amount: 2 } })).toBe(0);
});

test('half a micro-dollar is rounded up, less is not', () => {
  const price = { ...PRICE, perUnit: { search: 500 } };
  const cost = (amount: number) => priceOf(price, NONE, { units: { unit: 'search', amount } });
  expect([cost(1), cost(0.999998), cost(3)]).toEqual([1, 0, 2]);
});

test('what cannot be an amount costs nothing', () => {
  const price = { ...PRICE, perUnit: { second: 6_000 } };
  for (const amount of [Number.NaN, Number.POSITIVE_INFINITY, -5]) {
    expect(priceOf(price, NONE, { units: { unit: 'second', amount } })).toBe(0);
  }
});

/** A fraction that is never rounded on its way. */
type Rational = { over: bigint; under: bigint };
const sum = (parts: Rational[]): Rational =>
  parts.reduce((a, b) => ({
    over: a.over * b.under + b.over * a.under,
    under: a.under * b.under,
  }));

/** Half up: the floor of twice the fraction plus one, halved. */
const rounded = ({ over, under }: Rational): number => Number((2n * over + under) / (2n * under));

const count = fc.nat(100_000_000);
const micros = fc.integer({ min: 0, max: 100_000_000_000 });
const usages: fc.Arbitrary<TokenUsage> = fc
  .tuple(count, count, count, count, fc.nat(1_000_000))
  .map(([fresh, cachedTokens, cacheWriteTokens, said, reasoningTokens]) => ({
    inputTokens: fresh + cachedTokens + cacheWriteTokens,
    cachedTokens,
    cacheWriteTokens,
    outputTokens: said + reasoningTokens,
    reasoningTokens,
    estimated: false,
  }));
const LOTS = { image: 1n, second: 60n, character: 1_000_000n, search: 1_000n } as const;
const unit = fc.constantFrom(...(Object.keys(LOTS) as Units['unit'][]));

test('the cost is the exact rational, rounded half up, and never negative', () => {
  const prices = fc.record(
    {
      input: micros,
      cached: micros,
      cacheWrite: micros,
      output: micros,
      reasoning: micros,
      perRequest: micros,
    },
    { requiredKeys: ['input', 'cached', 'cacheWrite', 'output'] },
  );
  const thousandths = fc.nat(1_000_000_000);
  fc.assert(
    fc.property(
      prices,
      usages,
      unit,
      micros,
      thousandths,
      fc.nat(1),
      (given, usage, of, lot, amount, requests) => {
        const price: ModelPrice = { ...given, perUnit: { [of]: lot } };
        const a = (tokens: number, at: number) => ({
          over: BigInt(tokens) * BigInt(at),
          under: 1_000_000n,
        });
        const exact = sum([
          a(usage.inputTokens - usage.cachedTokens - usage.cacheWriteTokens, price.input),
          a(usage.cachedTokens, price.cached),
          a(usage.cacheWriteTokens, price.cacheWrite),
          a(usage.outputTokens - usage.reasoningTokens, price.output),
          a(usage.reasoningTokens, price.reasoning ?? price.output),
          { over: BigInt(requests) * BigInt(price.perRequest ?? 0), under: 1n },
          { over: BigInt(amount) * BigInt(lot), under: 1_000n * LOTS[of] },
        ]);
        const units = { unit: of, amount: amount / 1_000 };
        const cost = priceOf(price, usage, { requests, units });
        expect(cost).toBe(rounded(exact));
        expect(cost).toBeGreaterThanOrEqual(0);
      },
    ),
    { numRuns: 1_000 },
  );
});
