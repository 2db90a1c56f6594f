import { expect, test } from 'vitest';
import { poissonArrivals, seededRandom } from './poisson.ts';

const arrivals = (seed: number) =>
  poissonArrivals({ ratePerSecond: 1_000, durationMs: 20_000, random: seededRandom(seed) });

test('the same seed gives the same arrivals, another seed others', () => {
  expect(arrivals(1)).toEqual(arrivals(1));
  expect(arrivals(1)).not.toEqual(arrivals(2));
});

test('arrivals ascend and end with the run', () => {
  const times = arrivals(3);
  expect(times).toEqual(times.toSorted((a, b) => a - b));
  expect(times.at(-1)).toBeLessThan(20_000);
});

test('gaps are exponential: their mean is the rate, and their deviation equals their mean', () => {
  const times = arrivals(4);
  const gaps = times.map((at, index) => at - (times[index - 1] ?? 0));
  const mean = gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length;
  const deviation = Math.sqrt(gaps.reduce((sum, gap) => sum + (gap - mean) ** 2, 0) / gaps.length);
  expect(mean).toBeCloseTo(1, 1);
  expect(deviation / mean).toBeCloseTo(1, 1);
});

test('random numbers fill the range from 0 to 1', () => {
  const random = seededRandom(5);
  const numbers = Array.from({ length: 10_000 }, random);
  expect(Math.min(...numbers)).toBeGreaterThanOrEqual(0);
  expect(Math.max(...numbers)).toBeLessThan(1);
  expect(numbers.reduce((sum, each) => sum + each, 0) / numbers.length).toBeCloseTo(0.5, 1);
});
