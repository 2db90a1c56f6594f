import i18next from 'i18next';
import { beforeAll, expect, test } from 'vitest';
import { AccountCause, type AccountEventView, AccountState } from '#shared/schemas/accounts.ts';
import { accounts as en } from '../../i18n/en/accounts.ts';
import { accounts as zh } from '../../i18n/zh/accounts.ts';
import { formatClock, formatDateTime } from '../../lib/format.ts';
import { eventText, nearTime, type Stated, stateText } from './account-words.ts';
import { clockOf, hoursText, loanText, minutesOf, ownHoursText } from './loan-words.ts';

const SINCE = '2026-11-22T12:00:00.000Z';
const UNTIL = '2026-11-22T13:05:00.000Z';
const NOW = Date.parse('2026-11-22T13:00:00.000Z');

const texts = i18next.createInstance();
beforeAll(async () => {
  const resources = { en: { accounts: en }, zh: { accounts: zh } };
  await texts.init({ lng: 'en', resources, interpolation: { escapeValue: false } });
});

function say(stated: Partial<Stated>): string | null {
  const t = texts.getFixedT('en', 'accounts');
  return stateText(t, { state: 'active', cause: null, since: SINCE, until: null, ...stated }, NOW);
}

test('an active account needs no words', () => {
  expect(say({})).toBeNull();
});

test.each([
  [
    { state: 'cooling', cause: 'burst', until: UNTIL },
    `Resting until ${formatClock(UNTIL)}: the platform asked us to slow down`,
  ],
  [{ state: 'cooling', cause: 'network' }, 'Resting: the platform could not be reached'],
  [
    { state: 'exhausted', cause: 'quota', until: UNTIL },
    `Until ${formatClock(UNTIL)}: its quota at the platform is used up`,
  ],
  [
    { state: 'expired', cause: 'credential' },
    `Out of service since ${formatClock(SINCE)}: the platform refused its key; replace it`,
  ],
  [
    { state: 'expired', cause: 'forbidden' },
    `Out of service since ${formatClock(SINCE)}: the platform does not let this account in`,
  ],
  [
    { state: 'disabled', cause: 'person' },
    `Off since ${formatClock(SINCE)}: somebody switched it off`,
  ],
  [{ state: 'disabled' }, `Off since ${formatClock(SINCE)}: the cause is not known`],
] as const)('%j in words', (stated, words) => {
  expect(say(stated)).toBe(words);
});

test('every state with every cause has words in both languages', () => {
  const states = AccountState.options.filter((state) => state !== 'active');
  for (const lng of ['en', 'zh']) {
    const t = texts.getFixedT(lng, 'accounts');
    for (const state of states) {
      for (const cause of [...AccountCause.options, null]) {
        const words = stateText(t, { state, cause, since: SINCE, until: UNTIL }, NOW);
        expect(words).not.toContain('board.');
      }
    }
  }
});

test('what is far away comes with its date', () => {
  const tomorrow = '2026-11-23T13:05:00.000Z';
  expect(nearTime(UNTIL, NOW)).toBe(formatClock(UNTIL));
  expect(nearTime(tomorrow, NOW)).toBe(formatDateTime(tomorrow));
});

test('terms read as one line, and what has no limit is left out', () => {
  const t = texts.getFixedT('en', 'accounts');
  const open = { users: [], models: [], hours: null, tokensPerDay: null };
  expect(loanText(t, open, 'UTC')).toBe('to everyone');
  const id = '0193a0de-0000-7000-8000-000000000002';
  const hours = { from: 540, to: 1_080 };
  const terms = { users: [id], models: ['a', 'b'], hours, tokensPerDay: 1_000_000 };
  expect(loanText(t, terms, 'Asia/Shanghai')).toBe(
    'to 1 person · 2 models · 09:00 to 18:00, Asia/Shanghai · 1M tokens a day',
  );
});

test('hours are told with their zone, and on the reader’s clock where that differs', () => {
  const t = texts.getFixedT('en', 'accounts');
  const night = { from: 1_320, to: 360 };
  expect(hoursText(t, night, 'UTC')).toBe('22:00 to 06:00 the next day, UTC');
  const now = Date.parse(SINCE);
  expect(ownHoursText(t, night, 'Asia/Shanghai', { zone: 'UTC', now })).toBe('14:00 to 22:00');
  expect(ownHoursText(t, night, 'Asia/Shanghai', { zone: 'Asia/Taipei', now })).toBeNull();
});

test.each(['00:00', '09:05', '23:59'])('%s is read and written alike', (clock) => {
  expect(clockOf(minutesOf(clock) ?? -1)).toBe(clock);
});

test.each(['', '9:00', '24:00', '12:60', 'noon'])('“%s” is no time of day', (clock) => {
  expect(minutesOf(clock)).toBeNull();
});

const EVENT: AccountEventView = {
  id: '0193a0de-0000-7000-8000-000000000009',
  at: SINCE,
  kind: 'state',
  state: 'active',
  cause: null,
  until: null,
  upstreamModel: null,
  actorName: null,
  message: null,
  loan: null,
};
const LOAN = { users: [], models: [], hours: null, tokensPerDay: null };

test.each([
  [{}, 'Active again'],
  [{ state: 'cooling', cause: 'server' }, 'Resting: the platform had errors'],
  [{ kind: 'lent', state: null, loan: LOAN }, 'Lent to everyone'],
  [{ kind: 'terms', state: null, loan: LOAN }, 'New terms: to everyone'],
  [{ kind: 'withdrawn', state: null }, 'Withdrawn'],
] as const)('the event %j in words', (change, words) => {
  const event: AccountEventView = {
    ...EVENT,
    ...(structuredClone(change) as Partial<AccountEventView>),
  };
  expect(eventText(texts.getFixedT('en', 'accounts'), event, 'UTC')).toBe(words);
});
