import type { TFunction } from 'i18next';
import type { Loan } from '#shared/schemas/accounts.ts';
import { formatCompact } from '../../lib/format.ts';
import { type Hours, hoursIn, ownZone } from './zone-hours.ts';

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

/** “09:00 to 18:00, Asia/Shanghai”. */
export function hoursText(t: TFunction<'accounts'>, hours: Hours, zone: string): string {
  return t('board.lending.hours', { hours: spanText(t, hours), zone });
}

/** The same hours on the reader's clock; null when that goes like the zone's. */
export function ownHoursText(
  t: TFunction<'accounts'>,
  hours: Hours,
  zone: string,
  own = { zone: ownZone(), now: Date.now() },
): string | null {
  const moved = hoursIn(hours, { from: zone, to: own.zone }, own.now);
  return moved.from === hours.from ? null : spanText(t, moved);
}

function spanText(t: TFunction<'accounts'>, { from, to }: Hours): string {
  const ends = { from: clockOf(from), to: clockOf(to) };
  return t(to < from ? 'board.lending.overnight' : 'board.lending.span', ends);
}

/** The terms in a line: “to 3 people · 2 models · 09:00 to 18:00, UTC · 1M tokens a day”. */
export function loanText(t: TFunction<'accounts'>, loan: Loan, zone: string): string {
  const { users, models, hours, tokensPerDay } = loan;
  const people = users.length;
  return [
    people === 0 ? t('board.lending.toEveryone') : t('board.lending.people', { count: people }),
    models.length > 0 && t('board.lending.models', { count: models.length }),
    hours && hoursText(t, hours, zone),
    tokensPerDay !== null && t('board.lending.share', { tokens: formatCompact(tokensPerDay) }),
  ]
    .filter(Boolean)
    .join(' · ');
}
