import { expect, test } from 'vitest';
import { BUILT_IN_ROLES, type BuiltInRole } from '#shared/permissions.ts';
import { navFor } from './nav-items.ts';

function namesFor(role: BuiltInRole): string[] {
  return navFor({ permissions: BUILT_IN_ROLES[role] }).flatMap(({ items }) =>
    items.map((item) => item.name),
  );
}

test('members are not shown what their role does not allow', () => {
  expect(namesFor('member')).toEqual([
    'dashboard',
    'playground',
    'accounts',
    'vault',
    'models',
    'pool',
    'keys',
    'connect',
    'usage',
    'alerts',
    'jobs',
  ]);
});

test('admins see everything', () => {
  expect(namesFor('admin')).toEqual(expect.arrayContaining(['platforms', 'users']));
});

test('auditors see who is here and what was changed, but set nothing up', () => {
  expect(namesFor('auditor')).toEqual(expect.arrayContaining(['users', 'audit']));
  expect(namesFor('auditor')).not.toContain('platforms');
});
