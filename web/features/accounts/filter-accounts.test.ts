import { expect, test } from 'vitest';
import { suggestName } from './account-names.ts';
import { filterAccounts, NO_FILTER, platformsOf } from './filter-accounts.ts';
import { account } from './testing.ts';

const rows = [
  account({ name: 'Team key' }),
  account({ name: 'Spare', platformId: 'qwen', platformName: 'Qwen', state: 'cooling' }),
  account({ name: 'Old', ownerName: 'grace', state: 'disabled', secretHint: '' }),
];

test('without a filter every account is shown', () => {
  expect(filterAccounts(rows, NO_FILTER)).toBe(rows);
});

test('every word must occur, in any of the shown texts and any case', () => {
  expect(filterAccounts(rows, { ...NO_FILTER, text: 'ADA qwen' })).toEqual([rows[1]]);
  expect(filterAccounts(rows, { ...NO_FILTER, text: ' 9f2c team ' })).toEqual([rows[0]]);
  expect(filterAccounts(rows, { ...NO_FILTER, text: 'grace qwen' })).toEqual([]);
});

test('platform and state narrow together', () => {
  expect(filterAccounts(rows, { text: '', platformId: 'qwen', state: 'cooling' })).toEqual([
    rows[1],
  ]);
  expect(filterAccounts(rows, { text: '', platformId: 'qwen', state: 'active' })).toEqual([]);
});

test('each platform is offered once', () => {
  expect(platformsOf([...rows, ...rows]).map(({ value }) => value)).toEqual(['openai', 'qwen']);
});

test('a suggested name steers clear of the taken ones', () => {
  expect(suggestName('OpenAI', [])).toBe('OpenAI');
  expect(suggestName('OpenAI', ['openai', 'OpenAI 2'])).toBe('OpenAI 3');
});
