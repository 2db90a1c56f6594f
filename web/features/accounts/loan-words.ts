import type { TFunction } from 'i18next';
import type { Loan } from '#shared/schemas/accounts.ts';
import { formatCompact } from '../../lib/format.ts';

/** Minutes from 00:00 as a clock: 09:30. */
export function clockOf(minutes: number): string {
  const two = (value: number) => `${value}`.padStart(2, '0');
  return `${two(Math.floor(minutes / 60) % 24)}:${two(minutes % 60)}`;
}

/** A clock as minutes from 00:00; null for what is none. */
export function minutesOf(clock: string): number | null {
  const match = /^([01]\d|2[0-3]):([0-5]\d)$/.exec(clock);
  return match === null ? null : Number(match[1]) * 60 + Number(match[2]);
}

/** The terms in a line: “to 3 people · 2 models · 09:00–18:00 · 1M tokens a day”. */
export function loanText(t: TFunction<'accounts'>, loan: Loan): string {
  const { users, models, hours, tokensPerDay } = loan;
  const people = users.length;
  return [
    people === 0 ? t('board.lending.toEveryone') : t('board.lending.people', { count: people }),
    models.length > 0 && t('board.lending.models', { count: models.length }),
    hours && t('board.lending.hours', { from: clockOf(hours.from), to: clockOf(hours.to) }),
    tokensPerDay !== null && t('board.lending.share', { tokens: formatCompact(tokensPerDay) }),
  ]
    .filter(Boolean)
    .join(' · ');
}
