import { expect, test } from 'vitest';
import { enduranceReport, growthPerMillion, type MemoryPoint } from './endurance.ts';

/** Ten points, `perTenth` requests apart; the first is far below, for caches fill until the second. */
const points = (perTenth: number, mbPerMillion: number): MemoryPoint[] =>
  Array.from({ length: 10 }, (_, at) => ({
    requests: (at + 1) * perTenth,
    streams: 0,
    heapMb: at === 0 ? 10 : 60 + (at * perTenth * mbPerMillion) / 1_000_000,
    rssMb: 300,
    requestsPerSecond: 5_000,
  }));

test('growth is per million requests, from the second point to the last', () => {
  expect(growthPerMillion(points(100_000, 4))).toBeCloseTo(4);
  expect(growthPerMillion(points(10_000, 4))).toBeCloseTo(4);
});

test('two points tell no growth', () => {
  expect(growthPerMillion(points(100_000, 4).slice(0, 2))).toBeNaN();
});

test('the bar is held once there were enough requests', () => {
  expect(enduranceReport(points(100_000, 4))).toContain('| ≤ 8 MB | 4.00 MB | yes |');
  expect(enduranceReport(points(100_000, 20))).toContain('| 20.0 MB | **no** |');
  expect(enduranceReport(points(1_000, 20))).toContain('too few requests to tell');
});
