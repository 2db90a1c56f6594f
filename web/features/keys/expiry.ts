/** When a key ends: never, some days from now, or on a day (its end, in the reader's zone). */
export type ExpiryChoice = 'never' | '7' | '30' | '90' | '365' | 'date';

export const EXPIRY_CHOICES: readonly ExpiryChoice[] = ['never', '7', '30', '90', '365', 'date'];

export type ExpiryValues = {
  choice: ExpiryChoice;
  /** `YYYY-MM-DD`; read with the choice `date` only. */
  date: string;
};

const DAY_MS = 86_400_000;

/** A time as the day it lies on in the reader's zone, `YYYY-MM-DD`. */
export function toDay(time: Date): string {
  const month = `${time.getMonth() + 1}`.padStart(2, '0');
  const day = `${time.getDate()}`.padStart(2, '0');
  return `${time.getFullYear()}-${month}-${day}`;
}

/** An expiry as the form shows it. */
export function toExpiryValues(iso: string | null): ExpiryValues {
  return iso === null
    ? { choice: 'never', date: '' }
    : { choice: 'date', date: toDay(new Date(iso)) };
}

/** The last millisecond of a day in the reader's zone; null when it is no day. */
function endOfDay(day: string): Date | null {
  const parts = /^(\d{4})-(\d{2})-(\d{2})$/.exec(day);
  if (!parts) return null;
  const end = new Date(Number(parts[1]), Number(parts[2]) - 1, Number(parts[3]), 23, 59, 59, 999);
  return toDay(end) === day ? end : null;
}

/**
 * The chosen expiry as ISO time, null for never, `invalid` for no day or one that is over.
 * `now` is epoch ms.
 */
export function toExpiresAt(
  { choice, date }: ExpiryValues,
  now: number,
): string | null | 'invalid' {
  if (choice === 'never') return null;
  if (choice !== 'date') return new Date(now + Number(choice) * DAY_MS).toISOString();
  const end = endOfDay(date);
  return end === null || end.getTime() <= now ? 'invalid' : end.toISOString();
}
