import { expect, test } from 'vitest';
import type { AccountView } from '#shared/schemas/accounts.ts';
import { suggestName } from './account-names.ts';
import { filterAccounts, NO_FILTER, platformsOf } from './filter-accounts.ts';

function account(change: Partial<AccountView>): AccountView {
  return {
    id: '0193a0de-0000-7000-8000-000000000001',
    platformId: 'openai',
    platformName: 'OpenAI',
    name: 'Team key',
    ownerId: '0193a0de-0000-7000-8000-000000000002',
    ownerName: 'ada',
    mine: true,
    shared: false,
    state: 'active',
    coolingUntil: null,
    cause: null,
    since: '2026-11-22T00:00:00.000Z',
    busy: 0,
    most: null,
    remaining: null,
    policyClass: 'api_key',
    loan: null,
    lentToday: 0,
    secretHint: '…9f2c',
    options: {},
    lastError: null,
    lastErrorAt: null,
    lastUsedAt: null,
    createdAt: '2026-11-22T00:00:00.000Z',
    ...change,
  };
}

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
