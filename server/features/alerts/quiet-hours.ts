import { minuteOfDay } from '../../infra/zone.ts';

/** When a channel is only told of what is critical: minutes from 00:00 of its zone. */
export type QuietHours = { quietFrom: number | null; quietTo: number | null; zone: string };

const MINUTE_MS = 60_000;
const DAY_MINUTES = 1_440;
/** By so much clocks are set at most. */
const LONGEST_SHIFT = 180;

/** When the quiet hours end that `at` (epoch ms) falls in; null = it falls in none. */
export function quietUntil(hours: QuietHours, at: number): number | null {
  const { quietFrom: from, quietTo: to, zone } = hours;
  if (from === null || to === null || from === to) return null;
  const isQuiet = (moment: number) => {
    const minute = minuteOfDay(moment, zone);
    return from < to ? minute >= from && minute < to : minute >= from || minute < to;
  };
  if (!isQuiet(at)) return null;
  const whole = Math.floor(at / MINUTE_MS) * MINUTE_MS;
  const left = (to - minuteOfDay(at, zone) + DAY_MINUTES) % DAY_MINUTES;
  // NOTE: where clocks are set meanwhile, the end comes earlier or later than it looks from here.
  let moment = Math.max(whole, whole + (left - LONGEST_SHIFT) * MINUTE_MS);
  const latest = whole + (left + LONGEST_SHIFT) * MINUTE_MS;
  while (isQuiet(moment) && moment < latest) moment += MINUTE_MS;
  return moment;
}
