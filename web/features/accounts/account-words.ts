import type { TFunction } from 'i18next';
import type {
  AccountCause,
  AccountEventView,
  AccountState,
  RestingModel,
} from '#shared/schemas/accounts.ts';
import { formatClock, formatDateTime } from '../../lib/format.ts';
import { loanText } from './loan-words.ts';

type Translator = TFunction<'accounts'>;

/** What is said of a state; an account's view and an event of its history both have it. */
export type Stated = {
  state: AccountState;
  cause: AccountCause | null;
  /** ISO; since when it is in its state. */
  since: string;
  /** ISO; null where nobody knows when it is back. */
  until: string | null;
};

/** The time of day for what is near, with the date for what is more than half a day from `now` (epoch ms). */
export function nearTime(iso: string, now: number): string {
  const near = Math.abs(new Date(iso).getTime() - now) < 43_200_000;
  return near ? formatClock(iso) : formatDateTime(iso);
}

/** The cause as half a sentence. */
export function causeText(t: Translator, cause: AccountCause | null): string {
  return cause === null ? t('board.words.unknown') : t(`board.why.${cause}`);
}

/** “Resting until 13:05: the platform asked us to slow down”; null for an active account. */
export function stateText(t: Translator, stated: Stated, now: number): string | null {
  const { cause, since, state, until } = stated;
  const why = causeText(t, cause);
  switch (state) {
    case 'active':
      return null;
    case 'cooling':
      if (until === null) return t('board.words.resting', { why });
      return t('board.words.restingUntil', { why, time: nearTime(until, now) });
    case 'exhausted':
      if (until === null) return t('board.words.usedUp', { why });
      return t('board.words.usedUpUntil', { why, time: nearTime(until, now) });
    case 'expired': {
      const key = cause === 'credential' ? 'board.words.expiredKey' : 'board.words.expired';
      return t(key, { why, time: nearTime(since, now) });
    }
    case 'disabled':
      return t('board.words.disabled', { why, time: nearTime(since, now) });
  }
}

/** A model that rests, and why: “gpt-5: until 13:05: the platform asked us to slow down”. */
export function restingText(t: Translator, resting: RestingModel, now: number): string {
  return `${resting.model}: ${stateText(t, resting, now) ?? ''}`;
}

/** What happened, in a sentence, told from the moment it happened. */
export function eventText(t: Translator, event: AccountEventView, zone: string): string {
  const { at, cause, kind, loan, state, until } = event;
  const terms = loan === null ? '' : loanText(t, loan, zone);
  switch (kind) {
    case 'lent':
      return t('board.history.lent', { terms });
    case 'withdrawn':
      return t('board.history.withdrawn');
    case 'terms':
      return t('board.history.terms', { terms });
    case 'state': {
      if (state === null) return causeText(t, cause);
      const words = stateText(t, { state, cause, since: at, until }, new Date(at).getTime());
      return words ?? t('board.history.active');
    }
  }
}
