import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { BUILT_IN_ROLES, PERMISSIONS } from '#shared/permissions.ts';
import type { RoleView } from '#shared/schemas/roles.ts';
import { startConsole, type TestConsole } from '../../testing/console.ts';

let console: TestConsole;
beforeAll(async () => {
  console = await startConsole();
});
afterAll(() => console[Symbol.asyncDispose]());

let made = 0;
const keeper = { name: 'Key keeper', permissions: ['keys.write', 'keys.read'] };
const newRole = () => ({ ...keeper, id: `keeper-${++made}` });

/** Somebody with a role of their own making. */
async function withRole(permissions: readonly string[]) {
  const admin = await console.signedIn('admin');
  const role = { ...newRole(), permissions: [...permissions] };
  expect((await admin.browser.mutate('roles.create', role)).error).toBeUndefined();
  return { ...(await console.signedIn(role.id)), role, admin: admin.browser };
}

test('built-in roles come first and allow what the table says', async () => {
  const { browser } = await console.signedIn('auditor');
  const { data } = await browser.query('roles.list');
  const roles = data as RoleView[];
  const builtIn = roles.filter((role) => role.builtIn);
  expect(roles.slice(0, builtIn.length)).toEqual(builtIn);
  expect(Object.fromEntries(builtIn.map(({ id, permissions }) => [id, permissions]))).toEqual(
    BUILT_IN_ROLES,
  );
  expect(roles.find(({ id }) => id === 'auditor')?.people).toBeGreaterThan(0);
});

test('a role that was made lets its holder do that and nothing else', async () => {
  const { browser } = await withRole(keeper.permissions);
  const me = (await browser.query('sessions.me')).data;
  expect(me).toMatchObject({ permissions: ['keys.read', 'keys.write'] });
  expect((await browser.query('users.list', {})).error?.data.appCode).toBe('forbidden');
  expect((await browser.mutate('platforms.delete', { id: 'x' })).error?.data.appCode).toBe(
    'forbidden',
  );
});

test('another set of permissions counts from the next request on', async () => {
  const { browser, role, admin } = await withRole(['audit.read']);
  await admin.mutate('roles.update', { ...role, permissions: ['users.read'] });
  expect((await browser.query('sessions.me')).data).toMatchObject({ permissions: ['users.read'] });
  expect((await browser.query('roles.list')).error).toBeUndefined();
});

describe('nobody hands on what they lack', () => {
  test('not in a role they make', async () => {
    const { browser } = await withRole(['roles.write', 'keys.read']);
    const answer = await browser.mutate('roles.create', {
      ...newRole(),
      permissions: ['users.write'],
    });
    expect(answer.error?.data).toMatchObject({ appCode: 'forbidden', param: 'permissions' });
    expect(answer.error?.message).toContain('users.write');
  });

  test('not in their own role', async () => {
    const { browser, role } = await withRole(['roles.write']);
    const more = { ...role, permissions: ['roles.write', 'users.write'] };
    expect((await browser.mutate('roles.update', more)).error?.data.appCode).toBe('forbidden');
  });

  test('nor do they weaken or remove a role that allows more than theirs', async () => {
    const { browser, admin } = await withRole(['roles.write']);
    const strong = { ...newRole(), permissions: ['accounts.write'] };
    await admin.mutate('roles.create', strong);
    const weaker = { ...strong, permissions: [] };
    expect((await browser.mutate('roles.update', weaker)).error?.data.appCode).toBe('forbidden');
    expect((await browser.mutate('roles.delete', { id: strong.id })).error?.data.appCode).toBe(
      'forbidden',
    );
  });

  test('nor do they give somebody a role that allows more, or manage whoever holds one', async () => {
    const { browser, admin } = await withRole(['users.read', 'users.write']);
    const member = await console.addUser();
    const boss = await console.addUser({ role: 'admin' });
    const refused = async (path: string, input: object) =>
      (await browser.mutate(path, input)).error?.data.appCode;
    expect(await refused('users.update', { id: member.id, role: 'operator' })).toBe('forbidden');
    expect(await refused('users.update', { id: boss.id, state: 'disabled' })).toBe('forbidden');
    expect(await refused('users.update', { id: boss.id, displayName: 'Mine' })).toBe('forbidden');
    expect(await refused('users.resetPassword', { id: boss.id })).toBe('forbidden');
    expect(await refused('users.removeFactors', { id: boss.id })).toBe('forbidden');
    expect(await refused('users.create', { username: 'mine-too', role: 'admin' })).toBe(
      'forbidden',
    );
    expect(await refused('users.update', { id: member.id, displayName: 'Theirs' })).toBeUndefined();
    expect((await admin.mutate('users.update', { id: boss.id, displayName: 'B' })).error).toBe(
      undefined,
    );
  });
});

describe('refusals', () => {
  test.each(['admin', 'operator', 'auditor', 'member'])('%s stays as it is', async (id) => {
    const { browser } = await console.signedIn('admin');
    const update = await browser.mutate('roles.update', { ...keeper, id });
    expect(update.error?.data.appCode).toBe('conflict');
    expect((await browser.mutate('roles.delete', { id })).error?.data.appCode).toBe('conflict');
    expect((await browser.mutate('roles.create', { ...keeper, id })).error?.data).toMatchObject({
      appCode: 'conflict',
      param: 'id',
    });
  });

  test('a role that people hold cannot be deleted, one that nobody holds can', async () => {
    const { id: holder, role, admin } = await withRole([]);
    const refused = await admin.mutate('roles.delete', { id: role.id });
    expect(refused.error?.data.appCode).toBe('conflict');
    expect(refused.error?.message).toContain('1 person');
    await admin.mutate('users.update', { id: holder, role: 'member' });
    expect((await admin.mutate('roles.delete', { id: role.id })).error).toBeUndefined();
    expect((await admin.mutate('roles.delete', { id: role.id })).error?.data.appCode).toBe(
      'not_found',
    );
  });

  test('an unknown role is given to nobody', async () => {
    const { browser } = await console.signedIn('admin');
    const { id } = await console.addUser();
    const answer = await browser.mutate('users.update', { id, role: 'no-such-role' });
    expect(answer.error?.data).toMatchObject({ appCode: 'bad_request', param: 'role' });
  });

  test.each(['create', 'update', 'delete'])('%s takes a recent proof', async (act) => {
    const { browser } = await console.signedIn('admin');
    console.clock.advance(11 * 60_000);
    const answer = await browser.mutate(`roles.${act}`, newRole());
    expect(answer.error?.data.appCode).toBe('step_up_needed');
  });

  test('codes that are none are refused', async () => {
    const { browser } = await console.signedIn('admin');
    const answer = await browser.mutate('roles.create', { ...newRole(), permissions: ['root'] });
    expect(answer.error?.data.appCode).toBe('bad_request');
    expect(PERMISSIONS).not.toContain('root');
  });
});

test('what is done to roles is in the audit log', async () => {
  const { role, admin, id } = await withRole(['keys.read']);
  await admin.mutate('roles.update', { ...role, permissions: [] });
  await admin.mutate('users.update', { id, role: 'member' });
  await admin.mutate('roles.delete', { id: role.id });
  const rows = await console.db.auditEvent.findMany({
    where: { targetKind: 'role', targetId: role.id },
    orderBy: { seq: 'asc' },
  });
  expect(rows.map(({ action }) => action)).toEqual([
    'roles.create',
    'roles.update',
    'roles.delete',
  ]);
  expect(rows[1]?.change).toMatchObject({
    before: { permissions: ['keys.read'] },
    after: { permissions: [] },
  });
});
