import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { asActor } from '../../testing/actor.ts';
import { PASSWORD, startConsole, type TestConsole } from '../../testing/console.ts';
import { refusalBattery } from '../../testing/refusals.ts';
import { createUsersRepo } from './users.repo.ts';

let console: TestConsole;
beforeAll(async () => {
  console = await startConsole();
});
afterAll(() => console[Symbol.asyncDispose]());

const code = (answer: { error: { data: { appCode: string } } | undefined }) =>
  answer.error?.data.appCode;
let names = 0;
const newName = () => `person-${++names}`;
const stranger = () => console.browser({ address: `10.3.${names >> 8}.${names++ & 255}` });

describe('users.delete', () => {
  test('takes away all that was theirs, and keeps what they used and what the log says', async () => {
    const { browser } = await console.signedIn('admin');
    const member = await console.signedIn();
    const { id, username } = member;
    const key = { name: 'k', secretHash: id, prefix: 'gh-k', ownerId: id };
    await console.db.apiKey.create({ data: { id: crypto.randomUUID(), ...key } });
    const rule = { subject: 'user', subjectId: id, metric: 'concurrency', most: 1 };
    await console.db.quotaRule.create({ data: rule });
    await browser.mutate('users.update', { id, displayName: 'Gone soon' });
    const answer = await browser.mutate('users.delete', { id, username });
    expect(answer).toMatchObject({ status: 200, data: null });
    expect((await member.browser.query('sessions.me')).data).toBeNull();
    expect(await console.db.user.count({ where: { id } })).toBe(0);
    expect(await console.db.apiKey.count({ where: { ownerId: id } })).toBe(0);
    expect(await console.db.quotaRule.count({ where: { subjectId: id } })).toBe(0);
    const told = await console.db.auditEvent.findMany({
      where: { targetId: id, action: { in: ['users.update', 'users.delete'] } },
      orderBy: { seq: 'asc' },
    });
    expect(told.map(({ action }) => action)).toEqual(['users.update', 'users.delete']);
    expect(told[1]).toMatchObject({ targetName: username, change: { after: null } });
  });

  test('an account lent to them alone is lent to nobody else', async () => {
    const { browser } = await console.signedIn('admin');
    const [owner, friend] = [await console.addUser(), await console.addUser()];
    const account = { ownerId: owner.id, platformId: 'sandbox', name: 'a', kind: 'none' } as const;
    const id = crypto.randomUUID();
    await console.db.account.create({
      data: { id, ...account, shared: true, loanUsers: [friend.id] },
    });
    await browser.mutate('users.delete', friend);
    const { loanUsers } = await console.db.account.findUniqueOrThrow({ where: { id } });
    expect(loanUsers).toEqual([friend.id]);
  });

  test('is refused without their name, for oneself, for nobody and without a recent proof', async () => {
    const { browser, ...me } = await console.signedIn('admin');
    const member = await console.addUser();
    const wrong = { id: member.id, username: 'another' };
    expect(code(await browser.mutate('users.delete', wrong))).toBe('bad_request');
    expect(code(await browser.mutate('users.delete', { id: member.id }))).toBe('bad_request');
    expect(code(await browser.mutate('users.delete', me))).toBe('conflict');
    const nobody = { id: crypto.randomUUID(), username: 'nobody' };
    expect(code(await browser.mutate('users.delete', nobody))).toBe('not_found');
    console.clock.advance(11 * 60_000);
    expect(code(await browser.mutate('users.delete', member))).toBe('step_up_needed');
    expect(await console.db.user.count({ where: { id: member.id } })).toBe(1);
  });

  test('two admins who delete each other at once leave one', async () => {
    await using own = await startConsole();
    for (let round = 0; round < 3; round += 1) {
      await own.db.user.deleteMany();
      const [a, b] = [await own.signedIn('admin'), await own.signedIn('admin')];
      const answers = await Promise.all([
        a.browser.mutate('users.delete', { id: b.id, username: b.username }),
        b.browser.mutate('users.delete', { id: a.id, username: a.username }),
      ]);
      expect(answers.filter((answer) => answer.status === 200)).toHaveLength(1);
      expect(await own.db.user.count({ where: { role: 'admin' } })).toBe(1);
    }
  });

  refusalBattery('users.delete', {
    console: () => console,
    call: async (browser) => browser.mutate('users.delete', await console.addUser()),
  });
});

describe('an admin', () => {
  const cases = [
    ['demoted', 'users.update', { role: 'member' }],
    ['disabled', 'users.update', { state: 'disabled' }],
    ['reset', 'users.resetPassword', {}],
  ] as const;

  test.each(cases)(
    'two admins who have each other %s at once leave one',
    async (_, path, change) => {
      await using own = await startConsole();
      // The race is decided by the database, so it is run more than once.
      for (let round = 0; round < 5; round += 1) {
        await own.db.user.deleteMany();
        const [a, b] = [await own.signedIn('admin'), await own.signedIn('admin')];
        const answers = await Promise.all([
          a.browser.mutate(path, { id: b.id, ...change }),
          b.browser.mutate(path, { id: a.id, ...change }),
        ]);
        expect(answers.filter((answer) => answer.status === 200)).toHaveLength(1);
        const left = { role: 'admin', state: 'active', passwordHash: { not: null } } as const;
        expect(await own.db.user.count({ where: left })).toBe(1);
      }
    },
  );

  describe('without a password', () => {
    type Ways = { passkey?: boolean; service?: 'on' | 'off' | 'gone'; link?: boolean };
    /** Whether one who has only these ways in may disable the only other admin. */
    async function mayDisableTheOther({ link, passkey, service }: Ways) {
      await using own = await startConsole();
      const { browser, id } = await own.signedIn('admin');
      const other = await own.addUser({ role: 'admin' });
      await own.db.user.update({ where: { id }, data: { passwordHash: null } });
      if (passkey) {
        const facts = { credentialId: 'c', publicKey: Buffer.alloc(1), counter: 0 };
        await own.db.passkey.create({
          data: { ...facts, id: crypto.randomUUID(), userId: id, name: 'key' },
        });
      }
      if (service) {
        const data = { userId: id, providerId: 'company', subject: '1' };
        await own.db.identity.create({ data: { ...data, id: crypto.randomUUID() } });
      }
      if (service === 'on' || service === 'off') {
        const facts = { id: 'company', name: 'Company', clientId: 'c', settings: {} };
        await own.db.identityProvider.create({ data: { ...facts, enabled: service === 'on' } });
      }
      if (link) {
        const facts = { tokenHash: 'h', expiresAt: new Date(Date.UTC(2030, 0)) };
        await own.db.invite.create({
          data: { ...facts, id: crypto.randomUUID(), userId: id, createdBy: other.id },
        });
      }
      const answer = await browser.mutate('users.update', { id: other.id, state: 'disabled' });
      return code(answer) ?? 'done';
    }

    test.each<[string, Ways, string]>([
      ['and any way in does not count', {}, 'conflict'],
      ['counts by a passkey', { passkey: true }, 'done'],
      ['counts by an account at a service that is on', { service: 'on' }, 'done'],
      ['does not count by a service that is off', { service: 'off' }, 'conflict'],
      ['does not count by a service that is gone', { service: 'gone' }, 'conflict'],
      ['does not count while a reset waits', { passkey: true, link: true }, 'conflict'],
    ])('%s', async (_, ways, outcome) => {
      expect(await mayDisableTheOther(ways)).toBe(outcome);
    });

    test('keeps the passkeys that are the last way in', async () => {
      await using own = await startConsole();
      const { browser, id } = await own.signedIn('admin');
      const other = await own.addUser({ role: 'admin' });
      const passwordHash = null;
      await own.db.user.updateMany({ data: { passwordHash } });
      const facts = { credentialId: 'c', publicKey: Buffer.alloc(1), counter: 0 };
      await own.db.passkey.create({
        data: { ...facts, id: crypto.randomUUID(), userId: other.id, name: 'key' },
      });
      expect(code(await browser.mutate('users.removeFactors', { id: other.id }))).toBe('conflict');
      expect(await own.db.passkey.count({ where: { userId: other.id } })).toBe(1);
      await own.db.user.update({ where: { id }, data: { passwordHash: 'x' } });
      const removed = await browser.mutate('users.removeFactors', { id: other.id });
      expect(code(removed)).toBeUndefined();
    });
  });

  test('is judged after whoever is being judged already', async () => {
    const { browser } = await console.signedIn('admin');
    const other = await console.addUser({ role: 'admin' });
    const repo = createUsersRepo(console.db);
    const pending = await repo.inTx(async (tx) => {
      await repo.lockAdmins(tx);
      const answer = browser.mutate('users.update', { id: other.id, role: 'member' });
      await vi.waitFor(async () => {
        const waiting = await console.db.$queryRaw<unknown[]>`
          SELECT 1 AS one FROM pg_locks WHERE locktype = 'advisory' AND NOT granted
          AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`;
        expect(waiting).toHaveLength(1);
      });
      await repo.update(tx, other.id, { displayName: 'still an admin' });
      return { answer };
    });
    expect((await pending.answer).data).toMatchObject({
      role: 'member',
      displayName: 'still an admin',
    });
  });

  test('of a ring who demote each other at once, some stay, and nobody waits in a circle', async () => {
    await using own = await startConsole();
    const ring = await Promise.all(Array.from({ length: 6 }, () => own.signedIn('admin')));
    const answers = await Promise.all(
      ring.map(({ browser }, i) => {
        const next = ring[(i + 1) % ring.length];
        return browser.mutate('users.update', { id: next?.id, role: 'member' });
      }),
    );
    expect(answers.filter((answer) => answer.status >= 500)).toEqual([]);
    expect(await own.db.user.count({ where: { role: 'admin' } })).toBeGreaterThan(0);
  });

  test.each([
    ['demoted', { role: 'member' }],
    ['disabled', { state: 'disabled' }],
  ] as const)('who was %s since their request came in may do nothing', async (_, change) => {
    const admin = await console.addUser({ role: 'admin' });
    const me = asActor({ id: admin.id, username: '', displayName: '', role: 'admin' });
    await console.db.user.update({ where: { id: admin.id }, data: change });
    const { id } = await console.addUser();
    const { users } = console.services;
    const refused = { code: 'forbidden' };
    await expect(
      users.create(me, { username: newName(), displayName: '', role: 'admin' }),
    ).rejects.toMatchObject(refused);
    await expect(users.update(me, { id, role: 'admin' })).rejects.toMatchObject(refused);
    await expect(users.resetPassword(me, id)).rejects.toMatchObject(refused);
  });

  test('is the last one even beside an invited admin who never chose a password', async () => {
    await using own = await startConsole();
    const ada = await own.signedIn('admin');
    const invited = await own.addUser({ role: 'admin' });
    await own.db.user.update({ where: { id: invited.id }, data: { passwordHash: null } });
    const me = asActor({ id: invited.id, username: '', displayName: '', role: 'admin' });
    await expect(
      own.services.users.update(me, { id: ada.id, role: 'member' }),
    ).rejects.toMatchObject({ code: 'conflict' });
  });
});

describe('users.resetPassword', () => {
  test('ends sessions, kills the password and older links, and gives a new one', async () => {
    const { browser } = await console.signedIn('admin');
    const member = await console.signedIn();
    const first = await browser.mutate('users.resetPassword', { id: member.id });
    expect((await member.browser.query('sessions.me')).data).toBeNull();
    const old = await stranger().mutate('sessions.signIn', {
      username: member.username,
      password: PASSWORD,
    });
    expect(code(old)).toBe('sign_in_failed');
    const second = await browser.mutate('users.resetPassword', { id: member.id });
    const tokenOf = (answer: typeof first) => (answer.data as { path: string }).path.slice(8);
    const info = (token: string) => stranger().mutate('users.inviteInfo', { token });
    expect(code(await info(tokenOf(first)))).toBe('not_found');
    expect((await info(tokenOf(second))).data).toMatchObject({ username: member.username });
  });

  test('is refused for oneself and for a disabled user', async () => {
    const { browser, id } = await console.signedIn('admin');
    expect(code(await browser.mutate('users.resetPassword', { id }))).toBe('conflict');
    const member = await console.addUser();
    await browser.mutate('users.update', { id: member.id, state: 'disabled' });
    const answer = await browser.mutate('users.resetPassword', { id: member.id });
    expect(code(answer)).toBe('conflict');
  });

  refusalBattery('users.resetPassword', {
    console: () => console,
    call: async (browser) =>
      browser.mutate('users.resetPassword', { id: (await console.addUser()).id }),
  });
});
