import { expect, test } from 'vitest';
import type { KeyView } from '#shared/schemas/keys.ts';
import { filterKeys, quotaTone } from './filter-keys.ts';

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
  expect(filterKeys(rows, { text: 'ci', withRevoked: false })).toEqual([rows[0]]);
  expect(filterKeys(rows, { text: 'ci', withRevoked: true })).toEqual([rows[0], rows[2]]);
});

test('an expired key is still shown: its end can be moved', () => {
  const expired = [key({ state: 'expired' })];
  expect(filterKeys(expired, { text: '', withRevoked: false })).toEqual(expired);
});

test('owner, prefix and models are searched too', () => {
  expect(filterKeys(rows, { text: 'GRACE', withRevoked: false })).toEqual([rows[1]]);
  expect(filterKeys(rows, { text: 'gpt-lab 4fk2', withRevoked: false })).toEqual([rows[0]]);
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
