import fc from 'fast-check';
import { expect, test } from 'vitest';
import { percentile } from './durations.ts';

const bucketOf = (ms: number) => (ms < 1 ? 0 : 1 + Math.floor(8 * Math.log2(ms)));

test('a percentile is within 5 % of the true one', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 0, max: 600_000 }), { minLength: 1, maxLength: 200 }),
      fc.constantFrom(0.5, 0.95),
      (durations, p) => {
        const histogram = new Map<number, number>();
        for (const ms of durations) {
          histogram.set(bucketOf(ms), (histogram.get(bucketOf(ms)) ?? 0) + 1);
        }
        const sorted = durations.toSorted((a, b) => a - b);
        const exact = sorted[Math.ceil(p * sorted.length) - 1] ?? 0;
        expect(Math.abs((percentile(histogram, p) ?? -1) - exact)).toBeLessThanOrEqual(
          exact * 0.05 + 0.5,
        );
      },
    ),
  );
});

test('of nothing there is none', () => {
  expect(percentile(new Map(), 0.5)).toBeNull();
});
