import type { SummaryRange } from '#shared/schemas/usage.ts';
import { startOfDay, startOfNextDay } from '../../infra/zone.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const DAYS_OF_MONTH = 30;

const RANGES = {
  hour: { grain: 'record', stepMs: MINUTE, steps: 60 },
  day: { grain: 'hour', stepMs: HOUR, steps: 24 },
  week: { grain: 'hour', stepMs: 6 * HOUR, steps: 28 },
} as const satisfies Partial<Record<SummaryRange, object>>;

/** A stretch of time and where its steps begin, oldest first. */
export type TimeSteps = {
  from: Date;
  to: Date;
  /** What it is read from: records, or sums by hour or day. */
  grain: 'record' | 'hour' | 'day';
  /** Of all steps but days, which are shorter and longer where clocks are changed. */
  stepMs: number;
  begins: Date[];
};

/**
 * The last hour, day or week in whole steps of UTC, or the last 30 days of the zone; the present step
 * is the last one.
 */
export function timeSteps(range: SummaryRange, now: number, zone: string): TimeSteps {
  if (range === 'month') return lastDays(now, zone);
  const { grain, stepMs, steps } = RANGES[range];
  const to = (Math.floor(now / stepMs) + 1) * stepMs;
  const from = to - steps * stepMs;
  const begins = Array.from({ length: steps }, (_, step) => new Date(from + step * stepMs));
  return { from: new Date(from), to: new Date(to), grain, stepMs, begins };
}

function lastDays(now: number, zone: string): TimeSteps {
  const to = startOfNextDay(now, zone);
  const begins = [new Date(startOfDay(now, zone))];
  for (let [first] = begins; first && begins.length < DAYS_OF_MONTH; [first] = begins) {
    begins.unshift(new Date(startOfDay(first.getTime() - 1, zone)));
  }
  const [from = new Date(to)] = begins;
  return { from, to: new Date(to), grain: 'day', stepMs: DAY, begins };
}
