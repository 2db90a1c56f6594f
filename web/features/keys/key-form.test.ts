import { expect, test } from 'vitest';
import type { KeyView } from '#shared/schemas/keys.ts';
import { checkKey, keyValues, NEW_KEY, toKeyUpdate } from './key-form.ts';

const expired: KeyView = {
  id: '0193a0de-0000-7000-8000-000000000001',
  name: 'ci',
  ownerId: '0193a0de-0000-7000-8000-000000000002',
  ownerName: 'ada',
  prefix: 'gh-4fK2…',
  state: 'expired',
  rpm: 60,
  tokensPerDay: null,
  moreLimits: 0,
  tokensToday: 0,
  zone: 'UTC',
  allowedModels: [],
  expiresAt: '2020-01-01T10:00:00.000Z',
  lastUsedAt: null,
  createdAt: '2019-01-01T00:00:00.000Z',
};

test('renaming an expired key neither sends nor complains about its old end', () => {
  const values = { ...keyValues(expired), name: 'ci 2' };
  expect(checkKey(values, expired, 'past')).toEqual({});
  expect(toKeyUpdate(expired, values, Date.now())).toEqual({
    id: expired.id,
    name: 'ci 2',
    rpm: 60,
    tokensPerDay: null,
    allowedModels: [],
  });
});

test('taking the end away is sent as null', () => {
  const values = { ...keyValues(expired), expiry: { choice: 'never' as const, date: '' } };
  expect(toKeyUpdate(expired, values, Date.now())).toMatchObject({ expiresAt: null });
});

test('a chosen day that is over is named beside its field', () => {
  const values = { ...NEW_KEY, name: 'x', expiry: { choice: 'date' as const, date: '2020-01-01' } };
  expect(checkKey(values, null, 'past')).toEqual({ 'expiry.date': 'past' });
});

test('a key needs a name', () => {
  expect(checkKey({ ...NEW_KEY, name: '  ' }, null, 'past')).toHaveProperty('name');
});
