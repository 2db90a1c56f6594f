import { expect, test } from 'vitest';
import type { KeyView } from '#shared/schemas/keys.ts';
import { filterKeys, NO_FILTER, quotaTone } from './filter-keys.ts';

function key(change: Partial<KeyView>): KeyView {
  return {
    id: '0193a0de-0000-7000-8000-000000000001',
    name: 'ci',
    ownerId: '0193a0de-0000-7000-8000-000000000002',
    ownerName: 'ada',
    prefix: 'gh-4fK2…',
    state: 'active',
    rpm: null,
    tokensPerDay: null,
    moreLimits: 0,
    tokensToday: 0,
    zone: 'UTC',
    description: '',
    costPerDay: null,
    costPerMonth: null,
    costToday: 0,
    costThisMonth: 0,
    scopes: [],
    addresses: [],
    disabled: false,
    previousUntil: null,
    allowedModels: [],
    expiresAt: null,
    lastUsedAt: null,
    createdAt: '2026-11-22T00:00:00.000Z',
    ...change,
  };
}

const rows = [
  key({ name: 'ci', allowedModels: ['gpt-lab'] }),
  key({ name: 'laptop', ownerName: 'grace' }),
  key({ name: 'old ci', state: 'revoked' }),
];

test('revoked keys stay out of the way until they are asked for', () => {
  expect(filterKeys(rows, { ...NO_FILTER, text: 'ci', withRevoked: false })).toEqual([rows[0]]);
  expect(filterKeys(rows, { ...NO_FILTER, text: 'ci', withRevoked: true })).toEqual([
    rows[0],
    rows[2],
  ]);
});

test('an expired key is still shown: its end can be moved', () => {
  const expired = [key({ state: 'expired' })];
  expect(filterKeys(expired, { ...NO_FILTER, text: '', withRevoked: false })).toEqual(expired);
});

test('owner, prefix and models are searched too', () => {
  expect(filterKeys(rows, { ...NO_FILTER, text: 'GRACE', withRevoked: false })).toEqual([rows[1]]);
  expect(filterKeys(rows, { ...NO_FILTER, text: 'gpt-lab 4fk2', withRevoked: false })).toEqual([
    rows[0],
  ]);
});

test.each([
  [69, 'calm'],
  [70, 'near'],
  [89, 'near'],
  [90, 'close'],
  [250, 'close'],
])('%i of 100 tokens is %s', (used, tone) => {
  expect(quotaTone(used, 100)).toMatchObject({ tone, share: Math.min(1, used / 100) });
});

test('by state, owner and what keys are for', () => {
  const off = key({ name: 'off', state: 'disabled', ownerId: 'other', scopes: ['chat'] });
  const all = [
    off,
    key({ name: 'on', scopes: ['images'] }),
    key({ name: 'any', state: 'revoked' }),
  ];
  const names = (filter: object) =>
    filterKeys(all, { ...NO_FILTER, ...filter }).map(({ name }) => name);
  expect(names({ state: 'disabled' })).toEqual(['off']);
  expect(names({ state: 'revoked' })).toEqual(['any']);
  expect(names({ owner: 'other' })).toEqual(['off']);
  // A key without scopes is for everything.
  expect(names({ scope: 'images', withRevoked: true })).toEqual(['on', 'any']);
});
