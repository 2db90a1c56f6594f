/**
 * Days and months as a clock on the wall of a time zone shows them: where daily and monthly limits
 * start anew. Times are epoch milliseconds, zones IANA names such as `Asia/Shanghai`.
 */

type Span = { from: number; to: number };
type Wall = { year: number; month: number; day: number; hour: number; minute: number };

const DAY_MS = 86_400_000;
const formats = new Map<string, Intl.DateTimeFormat>();
/** The last day and the last month asked for, by zone: both are asked for with every request, and seldom another one. */
const days = new Map<string, Span>();
const months = new Map<string, Span>();
/** The last minute asked for, by zone: every account that is lent by the hour asks for it. */
const minutes = new Map<string, { from: number; ofDay: number }>();

/** Whether this machine knows the zone. */
export function isZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en-US', { timeZone: name });
    // NOTE: offsets like +08:00 are taken too, but PostgreSQL reads their sign the other way round.
    return /^[A-Za-z]/.test(name);
  } catch {
    return false;
  }
}

/** The first moment of the day that `at` falls in. */
export function startOfDay(at: number, zone: string): number {
  return dayOf(at, zone).from;
}

/** The first moment of the day after: when a daily limit starts anew. */
export function startOfNextDay(at: number, zone: string): number {
  return dayOf(at, zone).to;
}

/** The first moment of the month that `at` falls in. */
export function startOfMonth(at: number, zone: string): number {
  return monthOf(at, zone).from;
}

/** The first moment of the month after: when a monthly limit starts anew. */
export function startOfNextMonth(at: number, zone: string): number {
  return monthOf(at, zone).to;
}

/** Minutes since 00:00 as the zone's clocks show them, 0 to 1,439. */
export function minuteOfDay(at: number, zone: string): number {
  const from = Math.floor(at / 60_000) * 60_000;
  const last = minutes.get(zone);
  if (last?.from === from) return last.ofDay;
  const { hour, minute } = wallOf(from, zone);
  minutes.set(zone, { from, ofDay: hour * 60 + minute });
  return hour * 60 + minute;
}

function dayOf(at: number, zone: string): Span {
  return spanOf(days, at, zone, ({ year, month, day }) => [
    Date.UTC(year, month - 1, day),
    Date.UTC(year, month - 1, day + 1),
  ]);
}

function monthOf(at: number, zone: string): Span {
  return spanOf(months, at, zone, ({ year, month }) => [
    Date.UTC(year, month - 1, 1),
    Date.UTC(year, month, 1),
  ]);
}

/** `dates` says the first date of the span and of the next one, as midnights in UTC. */
function spanOf(
  known: Map<string, Span>,
  at: number,
  zone: string,
  dates: (wall: Wall) => [number, number],
): Span {
  const last = known.get(zone);
  if (last && at >= last.from && at < last.to) return last;
  const [from, to] = dates(wallOf(at, zone));
  const found = { from: firstMomentOf(from, zone), to: firstMomentOf(to, zone) };
  known.set(zone, found);
  return found;
}

/**
 * The first moment whose date in the zone is the one given (as midnight in UTC), or a later one where
 * the zone skipped that date. Offsets before and after are both tried, for clocks are changed at midnight too: then a
 * day begins at 01:00, or twice.
 */
function firstMomentOf(midnight: number, zone: string): number {
  const offsets = [-DAY_MS, 0, DAY_MS].map((apart) => offsetAt(midnight + apart, zone));
  const moments = offsets.map((offset) => midnight - offset);
  return Math.min(...moments.filter((moment) => dateOf(moment, zone) >= midnight));
}

/** The date in the zone, as midnight in UTC. */
function dateOf(at: number, zone: string): number {
  const { year, month, day } = wallOf(at, zone);
  return Date.UTC(year, month - 1, day);
}

function offsetAt(at: number, zone: string): number {
  const { year, month, day, hour, minute } = wallOf(at, zone);
  const whole = Math.floor(at / 60_000) * 60_000;
  return Date.UTC(year, month - 1, day, hour, minute) - whole;
}

function wallOf(at: number, zone: string): Wall {
  let format = formats.get(zone);
  if (!format) {
    format = new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      calendar: 'iso8601',
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
    });
    formats.set(zone, format);
  }
  const wall: Record<string, number> = {};
  for (const { type, value } of format.formatToParts(at)) wall[type] = Number(value);
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0 } = wall;
  return { year, month, day, hour, minute };
}
