import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { People, UserCreated, UsersPage } from '#shared/schemas/users.ts';
import { systemClock } from '../../infra/clock.ts';
import { createEvents } from '../../infra/events.ts';
import { createLog } from '../../infra/log.ts';
import { PASSWORD, startConsole, type TestConsole } from '../../testing/console.ts';
import { refusalBattery } from '../../testing/refusals.ts';

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
