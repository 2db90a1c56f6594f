import { expect, test } from 'vitest';
import { NO_TERMS, refusal } from './loan-terms.ts';

const NOON = Date.UTC(2026, 0, 1, 12);
const asked = { userId: 'bob', model: 'm', usedToday: 0, now: NOON, zone: 'UTC' };
const at = (hour: number, minute = 0) => Date.UTC(2026, 0, 1, hour, minute);

test('without terms everyone may borrow', () => {
  expect(refusal(NO_TERMS, asked)).toBeNull();
});

test.each([
  ['another person', { users: ['ada'] }, { until: null }],
  ['a person who is named', { users: ['ada', 'bob'] }, null],
  ['another model', { models: ['n'] }, { until: null }],
  ['a model that is named', { models: ['m'] }, null],
])('%s', (_name, terms, answer) => {
  expect(refusal({ ...NO_TERMS, ...terms }, asked)).toEqual(answer);
});

test('what others used today counts, until the day ends', () => {
  const terms = { ...NO_TERMS, tokensPerDay: 100 };
  expect(refusal(terms, { ...asked, usedToday: 99 })).toBeNull();
  expect(refusal(terms, { ...asked, usedToday: 100 })).toEqual({ until: Date.UTC(2026, 0, 2) });
});

test.each([
  [9, 17, at(8, 59), { until: at(9) }],
  [9, 17, at(9), null],
  [9, 17, at(16, 59), null],
  [9, 17, at(17), { until: at(33) }],
  // Over midnight.
  [22, 6, at(23), null],
  [22, 6, at(5, 59), null],
  [22, 6, at(6), { until: at(22) }],
  [7, 7, at(3), null],
])('from %d to %d at %d', (from, to, now, answer) => {
  const hours = { from: from * 60, to: to * 60 };
  expect(refusal({ ...NO_TERMS, hours }, { ...asked, now })).toEqual(answer);
});

test('hours are those of the zone', () => {
  const terms = { ...NO_TERMS, hours: { from: 20 * 60, to: 21 * 60 } };
  expect(refusal(terms, { ...asked, zone: 'Asia/Shanghai' })).toBeNull();
});
