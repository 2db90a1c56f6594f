import { expect, test } from 'vitest';
import { consumedBy } from './consumed.ts';

test.each([
  ['what the platform reported', 0.8, 0.75, 50_000n, 9_000, null, 50_000n],
  ['the first report of a fresh account', 1, 0.9, 100_000n, 0, null, 100_000n],
  ['no more than its own tokens', 0.8, 0.5, 300_000n, 1_000, 100_000, 10_000n],
  ['tokens where nothing is reported', 1, 1, 0n, 25_000, 100_000, 250_000n],
  ['one whole quota at most', 1, 1, 0n, 900_000, 100_000, 1_000_000n],
  ['nothing when the quota was reset meanwhile', 0.1, 1, 0n, 1_000, null, 0n],
  ['unknown', 1, 1, 0n, 1_000, null, null],
])('%s', (_, before, after, lost, tokens, tokensPerDay, expected) => {
  expect(consumedBy({ reading: { before, after, lost }, tokens, tokensPerDay })).toBe(expected);
});

test('what nobody looked at is counted by its tokens', () => {
  expect(consumedBy({ reading: null, tokens: 1_000, tokensPerDay: 100_000 })).toBe(10_000n);
  expect(consumedBy({ reading: null, tokens: 1_000, tokensPerDay: null })).toBeNull();
});
