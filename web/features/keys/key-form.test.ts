import { expect, test } from 'vitest';
import type { KeyView } from '#shared/schemas/keys.ts';
import { checkKey, keyValues, NEW_KEY, toKeyCreate, toKeyUpdate } from './key-form.ts';

const TEXTS = { past: 'past', address: (entry: string) => `${entry}?` };

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
  description: '',
  costPerDay: 250_000,
  costPerMonth: null,
  costToday: 0,
  costThisMonth: 0,
  scopes: [],
  addresses: [],
  disabled: false,
  previousUntil: null,
  allowedModels: [],
  expiresAt: '2020-01-01T10:00:00.000Z',
  lastUsedAt: null,
  createdAt: '2019-01-01T00:00:00.000Z',
};

test('renaming an expired key neither sends nor complains about its old end', () => {
  const values = { ...keyValues(expired), name: 'ci 2' };
  expect(checkKey(values, expired, TEXTS)).toEqual({});
  expect(toKeyUpdate(expired, values, Date.now())).toEqual({
    id: expired.id,
    name: 'ci 2',
    description: '',
    rpm: 60,
    tokensPerDay: null,
    costPerDay: 250_000,
    costPerMonth: null,
    allowedModels: [],
    addresses: [],
  });
});

test('taking the end away is sent as null', () => {
  const values = { ...keyValues(expired), expiry: { choice: 'never' as const, date: '' } };
  expect(toKeyUpdate(expired, values, Date.now())).toMatchObject({ expiresAt: null });
});

test('a chosen day that is over is named beside its field', () => {
  const values = { ...NEW_KEY, name: 'x', expiry: { choice: 'date' as const, date: '2020-01-01' } };
  expect(checkKey(values, null, TEXTS)).toEqual({ 'expiry.date': 'past' });
});

test('a key needs a name', () => {
  expect(checkKey({ ...NEW_KEY, name: '  ' }, null, TEXTS)).toHaveProperty('name');
});

test('addresses are taken with lines, commas and spaces between them, and a wrong one is named', () => {
  const values = { ...NEW_KEY, name: 'x', addresses: '10.0.0.0/8,\n 2001:db8::1 ' };
  expect(toKeyCreate(values, Date.now()).addresses).toEqual(['10.0.0.0/8', '2001:db8::1']);
  expect(checkKey({ ...values, addresses: '10.0.0.1 home' }, null, TEXTS)).toMatchObject({
    addresses: 'home?',
  });
});

test('scopes that this console does not know are not lost by saving something else', () => {
  const key = { ...expired, scopes: ['videos'] };
  const values = { ...keyValues(key), name: 'ci 2' };
  expect(toKeyUpdate(key, values, Date.now())).not.toHaveProperty('scopes');
});
