import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { People, UserCreated, UsersPage } from '#shared/schemas/users.ts';
import { systemClock } from '../../infra/clock.ts';
import { createEvents } from '../../infra/events.ts';
import { createLog } from '../../infra/log.ts';
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
const silent = createLog({ level: 'silent' });
let names = 0;
const newName = () => `person-${++names}`;
const stranger = () => console.browser({ address: `10.3.${names >> 8}.${names++ & 255}` });

describe('users.list', () => {
  test('shows everybody with what they hold, and no password', async () => {
    const admin = await console.signedIn('admin');
    const member = await console.addUser();
    await console.db.apiKey.createMany({
      data: [
        { id: crypto.randomUUID(), ownerId: member.id, name: 'a', secretHash: 'a', prefix: 'gh-a' },
        {
          id: crypto.randomUUID(),
          ownerId: member.id,
          name: 'b',
          secretHash: 'b',
          prefix: 'gh-b',
          revokedAt: new Date(),
        },
      ],
    });
    const rule = { subject: 'user', subjectId: member.id, most: 5 };
    await console.db.quotaRule.createMany({
      data: ['cost-per-month', 'concurrency'].map((metric) => ({ ...rule, metric })),
    });
    const answer = await admin.browser.query('users.list', { limit: 200 });
    const row = (answer.data as UsersPage).rows.find((user) => user.id === member.id);
    expect(row).toMatchObject({
      username: member.username,
      state: 'active',
      hasPassword: true,
      secondFactor: false,
      passkeys: 0,
      keys: 1,
      accounts: 0,
      rpm: null,
      moreLimits: 2,
      lastSeenAt: null,
    });
    expect(answer.text).not.toContain('$2b$');
    expect(answer.text).not.toContain('passwordHash');
  });

  refusalBattery('users.list', {
    console: () => console,
    call: (browser) => browser.query('users.list', {}),
  });
});

describe('users.people', () => {
  type Named = { username: string; displayName?: string; state?: 'active' | 'disabled' };
  async function add(...people: Named[]): Promise<string[]> {
    const data = people.map((person) => ({ id: crypto.randomUUID(), ...person }));
    await console.db.user.createMany({ data });
    return data.map(({ id }) => id);
  }
  async function ask(input: object) {
    const { browser } = await console.signedIn('member');
    return browser.query('users.people', input);
  }

  test('tells members the names of active people, by name, and nothing else', async () => {
    const [zoe, , abe] = await add(
      { username: 'zoe.q@example.com' },
      { username: 'q-gone', displayName: 'Gone Q', state: 'disabled' },
      { username: 'abe@example.com', displayName: 'Abe Q' },
    );
    const { data, text } = await ask({ search: 'Q' });
    expect(data).toEqual({
      rows: [
        { id: abe, name: 'Abe Q' },
        { id: zoe, name: 'zoe.q' },
      ],
      nextCursor: null,
    });
    expect(text).not.toContain('example.com');
  });

  test('finds nobody by what is not shown, and takes every sign as it is', async () => {
    await add({ username: 'hidden-name@secret.example', displayName: 'Shown %_ Name' });
    for (const search of ['secret.example', 'hidden-name', '@', '\\']) {
      expect([search, (await ask({ search })).data]).toMatchObject([search, { rows: [] }]);
    }
    expect((await ask({ search: '%_' })).data).toMatchObject({ rows: [{ name: 'Shown %_ Name' }] });
  });

  test('comes in pages that leave nobody out, also of one name', async () => {
    const ids = await add(
      ...Array.from({ length: 5 }, (_, at) => ({ username: `page-${at}`, displayName: 'Same W' })),
    );
    const seen: string[] = [];
    let cursor: string | null | undefined;
    do {
      const { data } = await ask({ search: 'same w', limit: 2, ...(cursor && { cursor }) });
      const page = data as People;
      seen.push(...page.rows.map(({ id }) => id));
      cursor = page.nextCursor;
    } while (cursor);
    expect(seen).toEqual(ids.toSorted());
  });

  test('names those one asks for by id; a foreign cursor and too many ids are refused', async () => {
    const [one, , gone] = await add(
      { username: 'by-id-1' },
      { username: 'by-id-2' },
      { username: 'by-id-3', state: 'disabled' },
    );
    expect((await ask({ ids: [one, gone] })).data).toMatchObject({
      rows: [{ id: one, name: 'by-id-1' }],
    });
    expect(code(await ask({ cursor: 'x' }))).toBe('bad_request');
    expect(code(await ask({ cursor: crypto.randomUUID() }))).toBeUndefined();
    const ids = Array.from({ length: 101 }, () => crypto.randomUUID());
    expect(code(await ask({ ids }))).toBe('bad_request');
  });

  refusalBattery('users.people', {
    console: () => console,
    call: (browser) => browser.query('users.people', {}),
  });
});

describe('users.create', () => {
  test('with a password makes a user who can sign in', async () => {
    const { browser } = await console.signedIn('admin');
    const username = newName();
    const answer = await browser.mutate('users.create', { username, password: PASSWORD });
    expect(answer.data).toMatchObject({
      user: { username, role: 'member', hasPassword: true },
      invite: null,
    });
    const signIn = await stranger().mutate('sessions.signIn', { username, password: PASSWORD });
    expect(signIn.status).toBe(200);
  });

  test('without one gives a link that lives seven days and is stored as a hash', async () => {
    const { browser } = await console.signedIn('admin');
    const answer = await browser.mutate('users.create', { username: newName(), role: 'admin' });
    const { user, invite } = answer.data as UserCreated;
    expect(user).toMatchObject({ role: 'admin', hasPassword: false });
    expect(invite?.path).toMatch(/^\/invite#[\w-]{43}$/);
    expect(Date.parse(invite?.expiresAt ?? '')).toBe(console.clock.now() + 7 * 86_400_000);
    const rows = JSON.stringify(await console.db.invite.findMany({ where: { userId: user.id } }));
    expect(rows).not.toContain(invite?.path.slice('/invite/'.length));
  });

  test('refuses a name that is taken, also in other letters, and says which field', async () => {
    const { browser } = await console.signedIn('admin');
    const { username } = await console.addUser();
    const answer = await browser.mutate('users.create', { username: username.toUpperCase() });
    expect(answer.error?.data).toMatchObject({ appCode: 'conflict', param: 'username' });
  });

  test('of two with the same name at once makes one', async () => {
    const { browser } = await console.signedIn('admin');
    const username = newName();
    const answers = await Promise.all(
      [1, 2].map(() => browser.mutate('users.create', { username })),
    );
    expect(answers.map(code).sort()).toEqual(['conflict', undefined]);
  });

  test.each([{}, { username: 'a' }, { username: 'a b' }, { username: "x';--" }, { username: 7 }])(
    'refuses %j by naming the field',
    async (input) => {
      const { browser } = await console.signedIn('admin');
      const answer = await browser.mutate('users.create', input);
      expect(answer.error?.data).toMatchObject({ appCode: 'bad_request', param: 'username' });
    },
  );

  refusalBattery('users.create', {
    console: () => console,
    call: (browser) => browser.mutate('users.create', { username: newName() }),
  });
});

describe('users.update', () => {
  test('changes what is given and leaves the rest', async () => {
    const { browser } = await console.signedIn('admin');
    const { id, username } = await console.addUser();
    const tokensPerDay = 1_000_000_000_000;
    await browser.mutate('users.update', { id, displayName: ' Ada ', rpm: 60, tokensPerDay });
    const answer = await browser.mutate('users.update', { id, rpm: null });
    expect(answer.data).toMatchObject({
      id,
      username,
      displayName: 'Ada',
      rpm: null,
      tokensPerDay,
      role: 'member',
      state: 'active',
    });
  });

  test('disabling ends sessions and open links at once, and enabling brings neither back', async () => {
    const { browser } = await console.signedIn('admin');
    const member = await console.signedIn();
    await console.db.invite.create({
      data: {
        id: crypto.randomUUID(),
        userId: member.id,
        tokenHash: member.id,
        expiresAt: new Date(console.clock.now() + 1_000),
      },
    });
    await browser.mutate('users.update', { id: member.id, state: 'disabled' });
    expect((await member.browser.query('sessions.me')).data).toBeNull();
    await browser.mutate('users.update', { id: member.id, state: 'active' });
    expect((await member.browser.query('sessions.me')).data).toBeNull();
    expect(await console.db.session.count({ where: { userId: member.id } })).toBe(0);
    expect(await console.db.invite.count({ where: { userId: member.id } })).toBe(0);
  });

  test('tells the replicas, once it is committed', async () => {
    const { browser } = await console.signedIn('admin');
    const { id } = await console.addUser();
    const replica = createEvents({ url: console.databaseUrl, log: silent, clock: systemClock });
    await replica.start();
    try {
      const heard = new Promise((resolve) => replica.on('users', resolve));
      await browser.mutate('users.update', { id, state: 'disabled' });
      expect(await heard).toEqual({ ids: [id] });
    } finally {
      await replica.stop();
    }
  });

  test('a new role counts from the next request on', async () => {
    const { browser } = await console.signedIn('admin');
    const other = await console.signedIn('admin');
    await browser.mutate('users.update', { id: other.id, role: 'member' });
    expect(code(await other.browser.query('users.list', {}))).toBe('forbidden');
  });

  test.each([{ role: 'member' }, { state: 'disabled' }])(
    'refuses %j for oneself',
    async (change) => {
      const { browser, id } = await console.signedIn('admin');
      await console.addUser({ role: 'admin' });
      expect(code(await browser.mutate('users.update', { id, ...change }))).toBe('conflict');
      expect((await browser.query('users.list', {})).status).toBe(200);
    },
  );

  test('lets an admin change their own name and limits', async () => {
    const { browser, id } = await console.signedIn('admin');
    const answer = await browser.mutate('users.update', {
      id,
      displayName: 'Me',
      rpm: 5,
      role: 'admin',
      state: 'active',
    });
    expect(answer.data).toMatchObject({ displayName: 'Me', rpm: 5 });
  });

  test('says so when there is no such user', async () => {
    const { browser } = await console.signedIn('admin');
    const answer = await browser.mutate('users.update', { id: crypto.randomUUID(), rpm: 1 });
    expect(code(answer)).toBe('not_found');
  });

  test.each([
    ['id', { id: 'x' }],
    ['rpm', { id: crypto.randomUUID(), rpm: 0 }],
    ['role', { id: crypto.randomUUID(), role: 'The owner' }],
    ['tokensPerDay', { id: crypto.randomUUID(), tokensPerDay: 1e300 }],
  ])('names a bad %s', async (param, input) => {
    const { browser } = await console.signedIn('admin');
    const answer = await browser.mutate('users.update', input);
    expect(answer.error?.data).toMatchObject({ appCode: 'bad_request', param });
  });

  refusalBattery('users.update', {
    console: () => console,
    call: async (browser) =>
      browser.mutate('users.update', { id: (await console.addUser()).id, rpm: 1 }),
  });
});

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
