import { expect, test } from 'vitest';
import { AccountUpdate } from '#shared/schemas/accounts.ts';
import { checkSettings, lendingValues, toSettings } from './lending-form.ts';
import { account } from './testing.ts';

const TEXTS = { same: 'same', wrong: 'wrong' };
const loan = {
  users: ['0193a0de-0000-7000-8000-000000000003'],
  models: ['gpt-lab'],
  hours: { from: 1_320, to: 360 },
  tokensPerDay: 5_000,
};

test('settings nobody touched leave the terms alone', () => {
  const lent = account({ shared: true, loan, most: 4, modelsOff: ['gpt-a', 'gpt-b'] });
  expect(toSettings(lent, lendingValues(lent))).toEqual({
    id: lent.id,
    policyClass: 'api_key',
    shared: true,
    maxConcurrency: 4,
  });
});

test('terms that changed travel whole', () => {
  const lent = account({ shared: true, loan });
  const values = { ...lendingValues(lent), tokensPerDay: null };
  const update = AccountUpdate.parse(toSettings(lent, values));
  expect(update.loan).toEqual({ ...loan, tokensPerDay: null });
});

test('models that are off travel when they changed, in whatever order they were picked', () => {
  const own = account({ modelsOff: ['gpt-a', 'gpt-b'] });
  const off = (modelsOff: string[]) => toSettings(own, { ...lendingValues(own), modelsOff });
  expect(off(['gpt-b', 'gpt-a'])).not.toHaveProperty('modelsOff');
  expect(off([]).modelsOff).toEqual([]);
  expect(off(['gpt-b', 'gpt-c']).modelsOff).toEqual(['gpt-b', 'gpt-c']);
});

test('without a tick the hours do not count', () => {
  const lent = account({ shared: true, loan });
  expect(toSettings(lent, { ...lendingValues(lent), timed: false }).loan?.hours).toBeNull();
});

test('hours need two different times', () => {
  const own = account({});
  const values = { ...lendingValues(own), timed: true };
  expect(checkSettings(own, values, TEXTS)).toEqual({});
  expect(checkSettings(own, { ...values, from: '' }, TEXTS)).toEqual({ from: 'wrong' });
  expect(checkSettings(own, { ...values, to: values.from }, TEXTS)).toEqual({ to: 'same' });
  expect(checkSettings(own, { ...values, timed: false, to: '' }, TEXTS)).toEqual({});
});

test('an account that may run no request at once is refused', () => {
  const own = account({});
  const errors = checkSettings(own, { ...lendingValues(own), maxConcurrency: 0 }, TEXTS);
  expect(Object.keys(errors)).toEqual(['maxConcurrency']);
});
