import { expect, test } from 'vitest';
import { navFor } from './nav-items.ts';

function namesFor(role: 'admin' | 'member'): string[] {
  return navFor(role).flatMap(({ items }) => items.map((item) => item.name));
}

test('members are not shown what only admins may open', () => {
  expect(namesFor('member')).toEqual([
    'dashboard',
    'playground',
    'accounts',
    'models',
    'pool',
    'keys',
    'connect',
    'usage',
  ]);
});

test('admins see everything', () => {
  expect(namesFor('admin')).toEqual(expect.arrayContaining(['platforms', 'users']));
});
