import type { SummaryRange } from '#shared/schemas/usage.ts';
import type { TimeSteps } from './summary.repo.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const RANGES: Record<SummaryRange, { stepMs: number; steps: number }> = {
  hour: { stepMs: MINUTE, steps: 60 },
  day: { stepMs: HOUR, steps: 24 },
  week: { stepMs: 6 * HOUR, steps: 28 },
  month: { stepMs: DAY, steps: 30 },
};

/** The last hour, day, week or 30 days in whole steps (of UTC), the present one included. */
export function timeSteps(range: SummaryRange, now: number): TimeSteps {
  const { stepMs, steps } = RANGES[range];
  const to = (Math.floor(now / stepMs) + 1) * stepMs;
  return { from: new Date(to - steps * stepMs), to: new Date(to), stepMs, steps };
}

/** 00:00 UTC of the present day. */
export function startOfDay(now: number): Date {
  return new Date(Math.floor(now / DAY) * DAY);
}
