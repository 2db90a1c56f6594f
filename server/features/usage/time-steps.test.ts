import { expect, test } from 'vitest';
import { SummaryRange } from '#shared/schemas/usage.ts';
import { startOfDay, timeSteps } from './time-steps.ts';

const NOW = Date.UTC(2026, 2, 4, 5, 6, 7, 8);

test.each([
  ['hour', '2026-03-04T04:07:00.000Z', '2026-03-04T05:07:00.000Z', 60],
  ['day', '2026-03-03T06:00:00.000Z', '2026-03-04T06:00:00.000Z', 24],
  ['week', '2026-02-25T06:00:00.000Z', '2026-03-04T06:00:00.000Z', 28],
  ['month', '2026-02-03T00:00:00.000Z', '2026-03-05T00:00:00.000Z', 30],
] as const)('%s goes from %s to %s', (range, from, to, count) => {
  const { stepMs, steps, ...ends } = timeSteps(range, NOW);
  expect(ends).toEqual({ from: new Date(from), to: new Date(to) });
  expect(steps).toBe(count);
  expect(stepMs * steps).toBe(ends.to.getTime() - ends.from.getTime());
});

test.each(SummaryRange.options)(
  '%s contains the present, at the very start of a step too',
  (range) => {
    for (const now of [NOW, Date.UTC(2026, 0, 1), Date.UTC(2026, 0, 1) - 1]) {
      const { from, to } = timeSteps(range, now);
      expect(from.getTime()).toBeLessThanOrEqual(now);
      expect(to.getTime()).toBeGreaterThan(now);
    }
  },
);

test('a day begins at midnight UTC', () => {
  expect(startOfDay(NOW)).toEqual(new Date(Date.UTC(2026, 2, 4)));
});
