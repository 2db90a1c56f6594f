import { expect, test } from 'vitest';
import type { UserView } from '#shared/schemas/users.ts';
import { filterUsers } from './filter-users.ts';

const user = (username: string, displayName = ''): UserView => ({
  id: username,
  username,
  displayName,
  role: 'member',
  state: 'active',
  hasPassword: true,
  secondFactor: false,
  passkeys: 0,
  rpm: null,
  tokensPerDay: null,
  moreLimits: 0,
  keys: 0,
  accounts: 0,
  lastSeenAt: null,
  createdAt: '2026-01-01T00:00:00.000Z',
});

const users = [user('ada', 'Ada Lovelace'), user('ben', '本杰明'), user('adam@example.com')];

test.each([
  ['', ['ada', 'ben', 'adam@example.com']],
  ['ADA', ['ada', 'adam@example.com']],
  ['lovelace ada', ['ada']],
  ['本', ['ben']],
  ['nobody', []],
])('%j finds %j', (text, found) => {
  expect(filterUsers(users, text).map(({ username }) => username)).toEqual(found);
});
