import { expect, test } from 'vitest';
import { SummaryRange } from '#shared/schemas/usage.ts';
import { timeSteps } from './time-steps.ts';

const NOW = Date.UTC(2026, 2, 4, 5, 6, 7, 8);

test.each([
  ['hour', '2026-03-04T04:07:00.000Z', '2026-03-04T05:07:00.000Z', 60],
  ['day', '2026-03-03T06:00:00.000Z', '2026-03-04T06:00:00.000Z', 24],
  ['week', '2026-02-25T06:00:00.000Z', '2026-03-04T06:00:00.000Z', 28],
  ['month', '2026-02-03T00:00:00.000Z', '2026-03-05T00:00:00.000Z', 30],
] as const)('%s goes from %s to %s', (range, from, to, count) => {
  const { begins, stepMs, ...time } = timeSteps(range, NOW, 'UTC');
  expect(time).toMatchObject({ from: new Date(from), to: new Date(to) });
  expect(begins).toHaveLength(count);
  expect(begins.map((at) => at.getTime())).toEqual(
    begins.map((_, step) => Date.parse(from) + step * stepMs),
  );
  expect(stepMs * count).toBe(time.to.getTime() - time.from.getTime());
});

test.each(SummaryRange.options)(
  '%s contains the present, at the very start of a step too',
  (range) => {
    for (const now of [NOW, Date.UTC(2026, 0, 1), Date.UTC(2026, 0, 1) - 1]) {
      const { from, to } = timeSteps(range, now, 'Asia/Kathmandu');
      expect(from.getTime()).toBeLessThanOrEqual(now);
      expect(to.getTime()).toBeGreaterThan(now);
    }
  },
);

test('a month is thirty days of the zone, also where one of them has 23 hours', () => {
  const { begins, from, to } = timeSteps('month', Date.UTC(2026, 2, 20), 'America/New_York');
  expect(begins).toHaveLength(30);
  expect(from).toEqual(begins[0]);
  const hours = begins.map((at, n) => ((begins[n + 1] ?? to).getTime() - at.getTime()) / 3_600_000);
  expect(hours.filter((length) => length !== 24)).toEqual([23]);
  expect(begins.at(-1)).toEqual(new Date('2026-03-19T04:00:00Z'));
});
