import { expect, test } from 'vitest';
import { compareRounds, median, percentile, spreadOf } from './statistics.ts';

test('a percentile lies between the two values around it', () => {
  expect(percentile([4, 1, 3, 2], 0)).toBe(1);
  expect(percentile([4, 1, 3, 2], 1)).toBe(4);
  expect(percentile([10, 20], 0.25)).toBe(12.5);
  expect(percentile([7], 0.99)).toBe(7);
});

test('the percentile of nothing is no number', () => {
  expect(percentile([], 0.5)).toBeNaN();
});

test('a median ignores one bad round', () => {
  expect(median([1, 2, 1000])).toBe(2);
});

test('the values are left in their order', () => {
  const values = [3, 1, 2];
  percentile(values, 0.5);
  expect(values).toEqual([3, 1, 2]);
});

test('targets are compared within a round, not over the whole run', () => {
  // A machine that gets ten times slower in each round: every round still says "twice".
  const ratio = compareRounds([2, 20, 200], [1, 10, 100], (ours, theirs) => ours / theirs);
  expect(ratio).toEqual({ median: 2, min: 2, max: 2, rounds: 3 });
});

test('a round in which nothing was measured does not count', () => {
  expect(spreadOf([1, Number.NaN, 3, Number.POSITIVE_INFINITY])).toEqual({
    median: 2,
    min: 1,
    max: 3,
    rounds: 2,
  });
});

test('rounds of different runs are not compared', () => {
  expect(() => compareRounds([1], [1, 2], (a, b) => a / b)).toThrow('same run');
});
