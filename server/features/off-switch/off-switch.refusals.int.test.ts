import { afterAll, beforeAll, expect, test } from 'vitest';
import { PERMISSIONS } from '#shared/permissions.ts';
import { startConsole, type TestConsole } from '../../testing/console.ts';
import { refusalBattery } from '../../testing/refusals.ts';

let console: TestConsole;
beforeAll(async () => {
  console = await startConsole();
});
afterAll(() => console[Symbol.asyncDispose]());

const input = { id: crypto.randomUUID() };

refusalBattery('offSwitch.throw', {
  console: () => console,
  call: (browser) => browser.mutate('offSwitch.throw', input),
});
refusalBattery('offSwitch.throwOwn', {
  console: () => console,
  call: (browser) => browser.mutate('offSwitch.throwOwn'),
});
refusalBattery('offSwitch.receipt', {
  console: () => console,
  call: (browser) => browser.query('offSwitch.receipt', input),
});
refusalBattery('offSwitch.of', {
  console: () => console,
  call: (browser) => browser.query('offSwitch.of', input),
});

test('the last admin is kept, and the audit log has one row of what was ended', async () => {
  await console.db.user.updateMany({ where: { role: 'admin' }, data: { state: 'disabled' } });
  const [ada, ben] = [await console.signedIn('admin'), await console.signedIn('member')];
  // A role of one's own that allows all an admin may: it counts as no admin.
  const hr = await console.addUser();
  await console.db.role.create({
    data: {
      ...{ id: 'all', name: 'All' },
      permissions: [...PERMISSIONS],
    },
  });
  await console.db.user.update({ where: { id: hr.id }, data: { role: 'all' } });
  const browser = console.browser({ address: '10.9.0.1' });
  await browser.mutate('sessions.signIn', {
    username: hr.username,
    password: 'correct horse battery',
  });
  const kept = await browser.mutate('offSwitch.throw', { id: ada.id });
  expect(kept.error?.data.appCode).toBe('conflict');

  const thrown = await ada.browser.mutate('offSwitch.throw', { id: ben.id });
  expect(thrown.status).toBe(200);
  const rows = await console.db.auditEvent.findMany({ where: { targetId: ben.id } });
  expect(rows.filter(({ action }) => action === 'offSwitch.throw')).toHaveLength(1);
  expect(rows[0]?.change).toMatchObject({
    before: { state: 'active' },
    after: { state: 'disabled', ended: { state: 1, sessions: 1 } },
  });
  expect((await ben.browser.query('sessions.me')).data).toBeNull();
});
