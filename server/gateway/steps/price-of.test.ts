import { expect, test } from 'vitest';
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
