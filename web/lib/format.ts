import { currentLanguage, localeOf } from '../i18n/index.ts';

// NOTE: making an Intl formatter costs far more than using one, and tables use thousands.
const cache = new Map<string, Intl.NumberFormat | Intl.DateTimeFormat | Intl.RelativeTimeFormat>();

function numbers(options: Intl.NumberFormatOptions): Intl.NumberFormat {
  const locale = localeOf(currentLanguage());
  const key = `n${locale}${JSON.stringify(options)}`;
  const known = cache.get(key);
  if (known instanceof Intl.NumberFormat) return known;
  const made = new Intl.NumberFormat(locale, options);
  cache.set(key, made);
  return made;
}

function dates(options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const locale = localeOf(currentLanguage());
  const key = `d${locale}${JSON.stringify(options)}`;
  const known = cache.get(key);
  if (known instanceof Intl.DateTimeFormat) return known;
  const made = new Intl.DateTimeFormat(locale, options);
  cache.set(key, made);
  return made;
}

function relative(): Intl.RelativeTimeFormat {
  const locale = localeOf(currentLanguage());
  const known = cache.get(`r${locale}`);
  if (known instanceof Intl.RelativeTimeFormat) return known;
  const made = new Intl.RelativeTimeFormat(locale, { numeric: 'auto', style: 'short' });
  cache.set(`r${locale}`, made);
  return made;
}

/** A whole or fractional number with the language's separators. */
export function formatNumber(value: number): string {
  return numbers({ maximumFractionDigits: 2 }).format(value);
}

/** A number cut to three figures: 1.23M, 4.5K. */
export function formatCompact(value: number): string {
  return numbers({ notation: 'compact', maximumSignificantDigits: 3 }).format(value);
}

/** A share from 0 to 1 as a percentage. */
export function formatPercent(share: number): string {
  return numbers({ style: 'percent', maximumFractionDigits: 1 }).format(share);
}

/** Micro-dollars as dollars. Amounts under a cent keep enough decimals not to read as nothing. */
export function formatMicros(micros: number): string {
  const dollars = micros / 1_000_000;
  const small = dollars !== 0 && Math.abs(dollars) < 0.01;
  return numbers({
    style: 'currency',
    currency: 'USD',
    currencyDisplay: 'narrowSymbol',
    ...(small ? { minimumFractionDigits: 2, maximumFractionDigits: 6 } : {}),
  }).format(dollars);
}

/** A price in dollars with every decimal it has, at least two: $0.15, $0.0375. */
export function formatPrice(dollars: number): string {
  return numbers({
    style: 'currency',
    currency: 'USD',
    currencyDisplay: 'narrowSymbol',
    minimumFractionDigits: 2,
    maximumFractionDigits: 6,
  }).format(dollars);
}

/** Milliseconds as a person reads them: 840 ms, 2.4 s, 3.5 min. */
export function formatDuration(ms: number): string {
  const unit = (name: string, digits: number) =>
    numbers({ style: 'unit', unit: name, unitDisplay: 'short', maximumFractionDigits: digits });
  if (ms < 1_000) return unit('millisecond', 0).format(ms);
  if (ms < 60_000) return unit('second', ms < 10_000 ? 2 : 1).format(ms / 1_000);
  if (ms < 3_600_000) return unit('minute', 1).format(ms / 60_000);
  return unit('hour', 1).format(ms / 3_600_000);
}

/** An ISO time as date and time to the minute, in the reader's zone. */
export function formatDateTime(iso: string): string {
  return dates({ dateStyle: 'medium', timeStyle: 'short' }).format(new Date(iso));
}

/** An ISO time with seconds and zone, for details and tooltips. */
export function formatExactTime(iso: string): string {
  return dates({ dateStyle: 'full', timeStyle: 'long' }).format(new Date(iso));
}

/** An ISO time as date only. */
export function formatDate(iso: string): string {
  return dates({ dateStyle: 'medium' }).format(new Date(iso));
}

/** An ISO time as day and month only, for axes over days; in the reader's zone unless told. */
export function formatShortDate(iso: string, timeZone?: string): string {
  const zone = timeZone ? { timeZone } : {};
  return dates({ month: 'short', day: 'numeric', ...zone }).format(new Date(iso));
}

/** An ISO time as day and clock to the second, for rows of a log. */
export function formatStamp(iso: string): string {
  const day = { month: 'short', day: 'numeric' } as const;
  const clock = {
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hourCycle: 'h23',
  } as const;
  return dates({ ...day, ...clock }).format(new Date(iso));
}

/** An ISO time as day and clock to the minute, as a clock in `timeZone` shows it. */
export function formatDayTime(iso: string, timeZone: string): string {
  const clock = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' } as const;
  return dates({ month: 'short', day: 'numeric', ...clock, timeZone }).format(new Date(iso));
}

/** An ISO time as clock only, for axes within one day. */
export function formatClock(iso: string): string {
  return dates({ hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }).format(new Date(iso));
}

const STEPS: readonly (readonly [Intl.RelativeTimeFormatUnit, number])[] = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
];

const A_MONTH_S = 2_592_000;

/** How far an ISO time lies from `now` (epoch ms): “3 min. ago”, “in 2 days”; beyond a month the date. */
export function formatRelative(iso: string, now: number): string {
  const seconds = Math.round((new Date(iso).getTime() - now) / 1_000);
  if (Math.abs(seconds) > A_MONTH_S) return formatDate(iso);
  // A wait of 30 days is one of 30 days a second later, too; what is past counts whole units only.
  const whole = seconds > 0 ? Math.round : Math.trunc;
  for (const [unit, length] of STEPS) {
    if (Math.abs(seconds) >= length) return relative().format(whole(seconds / length), unit);
  }
  return relative().format(Math.abs(seconds) < 10 ? 0 : seconds, 'second');
}
