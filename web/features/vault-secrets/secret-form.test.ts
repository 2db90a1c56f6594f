import { expect, test } from 'vitest';
import type { SecretView } from '#shared/schemas/vault-secrets.ts';
import {
  endOf,
  fitting,
  NEW_SECRET,
  secretState,
  secretValues,
  toSecretInput,
} from './secret-form.ts';

const NOW = Date.parse('2026-11-22T12:00:00.000Z');
const SECRET: SecretView = {
  id: '0199d2f4-5b9a-7cc3-9a3e-2f1b7c1d0e4a',
  name: 'Night job',
  prefix: 'ghv-abcd…',
  scopes: ['read'],
  tags: ['Team A'],
  bizIds: [],
  createdBy: 'Ada',
  createdAt: '2026-11-01T00:00:00.000Z',
  expiresAt: '2027-01-01T10:11:12.345Z',
  revokedAt: null,
  lastUsedAt: null,
};

test('an end that was left as it is stays to the millisecond', () => {
  expect(toSecretInput(secretValues(SECRET), SECRET, NOW).expiresAt).toBe(SECRET.expiresAt);
});

test('a new secret ends in a year unless told', () => {
  expect(toSecretInput(NEW_SECRET, null, NOW).expiresAt).toBe('2027-11-22T12:00:00.000Z');
  expect(endOf({ choice: 'date', date: '2020-01-01' }, null, NOW)).toBe('invalid');
});

test('a secret is over once it ended or was revoked', () => {
  expect(secretState(SECRET, NOW)).toBe('active');
  expect(secretState({ ...SECRET, expiresAt: '2026-11-22T12:00:00.000Z' }, NOW)).toBe('expired');
  expect(secretState({ ...SECRET, revokedAt: SECRET.createdAt }, NOW)).toBe('revoked');
});

test('secrets are found by name, start and tag, whatever the case', () => {
  for (const search of ['night', 'GHV-ABCD', 'team a', ' ']) {
    expect(fitting([SECRET], search)).toEqual([SECRET]);
  }
  expect(fitting([SECRET], 'day')).toEqual([]);
});
