import { minuteOfDay, startOfNextDay } from '../../infra/zone.ts';

/** What a lender allows others; the lender is under none of it. */
export type LoanTerms = {
  /** Whom it is lent to; empty = everyone. */
  users: readonly string[];
  /** Public model names; empty = every model. */
  models: readonly string[];
  /** Minutes from 00:00 of the zone, `to` excluded; an end before its beginning lies on the next day. */
  hours: { from: number; to: number } | null;
  /** Tokens a day that all others together may use; null = no limit. */
  tokensPerDay: number | null;
};

export const NO_TERMS: LoanTerms = { users: [], models: [], hours: null, tokensPerDay: null };

/** Who borrows, for what, and when. */
export type Borrowing = {
  userId: string;
  model: string;
  /** Tokens that others used today. */
  usedToday: number;
  now: number;
  zone: string;
};

const MINUTE = 60_000;
const DAY_MINUTES = 1_440;

/** Null when the terms allow it; else when they might, epoch ms, or null where time changes nothing. */
export function refusal(terms: LoanTerms, asked: Borrowing): { until: number | null } | null {
  const { users, models, hours, tokensPerDay } = terms;
  if (users.length > 0 && !users.includes(asked.userId)) return { until: null };
  if (models.length > 0 && !models.includes(asked.model)) return { until: null };
  if (tokensPerDay !== null && asked.usedToday >= tokensPerDay) {
    return { until: startOfNextDay(asked.now, asked.zone) };
  }
  return hours === null ? null : closed(hours, asked);
}

function closed(
  { from, to }: { from: number; to: number },
  { now, zone }: Borrowing,
): { until: number } | null {
  const minute = minuteOfDay(now, zone);
  const isOpen = from <= to ? minute >= from && minute < to : minute >= from || minute < to;
  if (isOpen || from === to) return null;
  const wait = (from - minute + DAY_MINUTES) % DAY_MINUTES;
  return { until: Math.floor(now / MINUTE) * MINUTE + wait * MINUTE };
}
