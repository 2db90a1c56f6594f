import { expect, test } from 'vitest';
import type { QuotaState } from '#shared/schemas/quotas.ts';
import { isFit, MOST, takenOf, toForm, toRules } from './limits-form.ts';

const state = (metric: QuotaState['metric'], limit: number): QuotaState => ({
  subject: 'key',
  id: 'k',
  metric,
  limit,
  used: 0,
  held: 0,
  resetsAt: null,
});

test('limits go into the form and come out the same, money in dollars between', () => {
  const states = [state('requests-per-minute', 60), state('cost-per-day', 1_250_001)];
  const form = toForm(states);
  expect(form).toMatchObject({ 'requests-per-minute': 60, 'cost-per-day': 1.250001 });
  expect(form.concurrency).toBe('');
  expect(toRules(form)).toEqual(states.map(({ metric, limit }) => ({ metric, limit })));
});

test('a limit of 0 is a limit', () => {
  expect(toRules(toForm([state('concurrency', 0)]))).toEqual([{ metric: 'concurrency', limit: 0 }]);
});

test('what cannot be saved is known before it is sent; text that is no number is no limit', () => {
  const none = toForm([]);
  expect(isFit({ ...none, 'tokens-per-month': MOST, 'cost-per-day': MOST / 1_000_000 })).toBe(true);
  expect(isFit({ ...none, 'tokens-per-month': '99999999999999999999' })).toBe(false);
  expect(isFit({ ...none, 'cost-per-day': MOST / 1_000_000 + 1 })).toBe(false);
  expect(toRules({ ...none, concurrency: '-', 'cost-per-day': '$' })).toEqual([]);
});

test.each([
  [100, 0, 0, 0, 'petrol'],
  [100, 60, 10, 0.7, 'yellow'],
  [100, 60, 30, 0.9, 'red'],
  [100, 250, 0, 1, 'red'],
  [0, 0, 0, 1, 'red'],
])('of %d, %d used and %d held', (limit, used, held, all, tone) => {
  expect(takenOf({ limit, used, held })).toMatchObject({ all, tone });
});
