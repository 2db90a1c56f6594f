import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { UserDevice, UserFilter, UserName, UsersPage } from '#shared/schemas/users.ts';
import type { BulkResult, ImportPreview, ImportResult } from '#shared/schemas/users-bulk.ts';
import type { Prisma } from '../../infra/prisma/generated/client.ts';
import { PASSWORD, startConsole, type TestConsole } from '../../testing/console.ts';
import { refusalBattery } from '../../testing/refusals.ts';

let console: TestConsole;
let admin: Awaited<ReturnType<TestConsole['signedIn']>>;
beforeAll(async () => {
  console = await startConsole();
  admin = await console.signedIn('admin');
});
afterAll(() => console[Symbol.asyncDispose]());

const code = (answer: { error: { data: { appCode: string } } | undefined }) =>
  answer.error?.data.appCode;
type Facts = Omit<Prisma.UserCreateManyInput, 'id'>;

async function add(...people: Facts[]): Promise<string[]> {
  const data = people.map((person) => ({ id: crypto.randomUUID(), ...person }));
  await console.db.user.createMany({ data });
  return data.map(({ id }) => id);
}

async function list(input: object): Promise<UsersPage> {
  return (await admin.browser.query('users.list', input)).data as UsersPage;
}
const named = ({ rows }: UsersPage) => rows.map(({ username }) => username);

describe('users.list', () => {
  beforeAll(async () => {
    const zara = { username: 'zz-zara', displayName: 'Ada of Zed', email: 'z@zed.example' };
    await add(
      { ...zara, trustLevel: 3, lastSeenAt: new Date('2025-12-01T00:00:00Z') },
      { username: 'zz-bert', state: 'silenced', lastSeenAt: new Date('2025-12-30T00:00:00Z') },
      { username: 'zz-carl', state: 'disabled', trustLevel: 1 },
      { username: 'zz-dave', state: 'pending', role: 'auditor' },
    );
  });

  test.each<[UserFilter, string[]]>([
    [{ search: 'ZZ' }, ['zz-zara', 'zz-bert', 'zz-carl', 'zz-dave']],
    [{ search: 'zed ada' }, ['zz-zara']],
    [{ search: '@zed.example' }, ['zz-zara']],
    [{ search: 'zz- %' }, []],
    [{ search: 'zz', state: 'silenced' }, ['zz-bert']],
    [{ search: 'zz', role: 'auditor' }, ['zz-dave']],
    [{ search: 'zz', trustLevel: 1 }, ['zz-carl']],
    [{ search: 'zz', secondFactor: 'yes' }, []],
    [{ search: 'zz-z', secondFactor: 'no' }, ['zz-zara']],
    [{ search: 'zz', notSeenSince: '2025-12-15T00:00:00Z' }, ['zz-zara', 'zz-carl', 'zz-dave']],
  ])('%j finds %j', async (filter, found) => {
    expect(named(await list({ filter }))).toEqual(found);
  });

  test('counts each state of what fits, whatever state is asked for', async () => {
    const { counts } = await list({ filter: { search: 'zz', state: 'pending' } });
    expect(counts).toEqual({ active: 1, silenced: 1, disabled: 1, pending: 1 });
  });

  test.each(['name', 'seen', 'created', 'trustLevel'])(
    'pages by %s leave nobody out, either way',
    async (sort) => {
      await add(
        ...Array.from({ length: 7 }, (_, at) => ({ username: `pg-${sort.toLowerCase()}-${at}` })),
      );
      const seen: Record<string, string[]> = {};
      for (const descending of [false, true]) {
        const names: string[] = [];
        let cursor: string | null = null;
        do {
          const filter = { search: `pg-${sort}` };
          const asked = { filter, sort, descending, limit: 3, ...(cursor && { cursor }) };
          const page = await list(asked);
          names.push(...named(page));
          cursor = page.nextCursor;
        } while (cursor);
        seen[String(descending)] = names;
      }
      expect(new Set(seen['false']).size).toBe(7);
      expect(seen['true']).toEqual(seen['false']?.toReversed());
    },
  );

  test('a cursor that is foreign or of another sort is refused', async () => {
    const forge = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const id = crypto.randomUUID();
    const noTime = forge(['2026-99-99 00:00:00+00', id]);
    for (const cursor of ['x', forge([1, id]), forge(['a', 'b']), forge(["2'", id]), noTime]) {
      const answer = await admin.browser.query('users.list', { cursor, sort: 'seen' });
      expect([cursor, code(answer)]).toEqual([cursor, 'bad_request']);
    }
  });

  test('names for a field: those that fit, or those asked for', async () => {
    const ask = async (input: object) =>
      (await admin.browser.query('users.names', input)).data as UserName[];
    const [first] = await ask({ search: 'zz-b' });
    expect(first).toMatchObject({ username: 'zz-bert' });
    expect(await ask({ ids: [first?.id] })).toEqual([first]);
  });

  refusalBattery('users.names', {
    console: () => console,
    call: (browser) => browser.query('users.names', {}),
  });
});

describe('devices', () => {
  test('of somebody are listed and ended, one or all, and that is recorded', async () => {
    const eve = await console.signedIn();
    const sign = { username: eve.username, password: PASSWORD };
    await console
      .browser({ address: '10.9.9.9', userAgent: 'two' })
      .mutate('sessions.signIn', sign);
    const ask = async () =>
      (await admin.browser.query('users.devices', { id: eve.id })).data as UserDevice[];
    const devices = await ask();
    expect(devices).toHaveLength(2);
    const two = devices.find(({ userAgent }) => userAgent === 'two');
    await admin.browser.mutate('users.endDevices', { id: eve.id, deviceId: two?.id });
    expect((await eve.browser.query('sessions.me')).data).not.toBeNull();
    const again = { id: eve.id, deviceId: two?.id };
    expect(code(await admin.browser.mutate('users.endDevices', again))).toBe('not_found');
    await admin.browser.mutate('users.endDevices', { id: eve.id });
    expect((await eve.browser.query('sessions.me')).data).toBeNull();
    const action = 'users.endSessions';
    expect(await console.db.auditEvent.count({ where: { action, targetId: eve.id } })).toBe(2);
  });

  refusalBattery('users.endDevices', {
    console: () => console,
    call: async (browser) =>
      browser.mutate('users.endDevices', { id: (await console.addUser()).id }),
  });
});

describe('users.bulk', () => {
  const outcomes = (answer: { data: unknown }) =>
    (answer.data as BulkResult).rows.map(({ outcome }) => outcome);

  test('does what its preview said, each by itself; the preview changes nothing', async () => {
    const [ann, ben] = [await console.addUser(), await console.addUser()];
    await console.db.user.update({ where: { id: ben.id }, data: { state: 'silenced' } });
    const ids = [ann.id, ben.id, admin.id, crypto.randomUUID(), ann.id];
    const bulk = { ids, change: { what: 'state', state: 'silenced' } };
    const before = await console.db.auditEvent.count();
    const preview = await admin.browser.mutate('users.previewBulk', bulk);
    expect(outcomes(preview)).toEqual(['changed', 'same', 'refused', 'refused']);
    expect(await console.db.auditEvent.count()).toBe(before);
    expect(
      await console.db.user.findUnique({ where: { id: ann.id }, select: { state: true } }),
    ).toEqual({ state: 'active' });
    expect((await admin.browser.mutate('users.bulk', bulk)).data).toEqual(preview.data);
    expect(await console.db.auditEvent.count()).toBe(before + 1);
  });

  test('sees and keeps the last admin among many', async () => {
    await using own = await startConsole();
    const [a, b, c] = [
      await own.signedIn('admin'),
      await own.addUser({ role: 'admin' }),
      await own.addUser({ role: 'admin' }),
    ];
    await own.db.user.update({ where: { id: a.id }, data: { passwordHash: null } });
    const actor = {
      me: { id: a.id, username: '', displayName: '', role: 'admin', permissions: [] },
      ...{ address: '', requestId: null, proved: true },
    };
    const bulk = {
      ids: [b.id, c.id],
      change: { what: 'state' as const, state: 'disabled' as const },
    };
    const { users } = own.services;
    const preview = await users.previewBulk(actor, bulk);
    expect(preview.rows.map(({ outcome }) => outcome)).toEqual(['changed', 'refused']);
    expect(preview.rows[1]?.reason).toBe('lastAdmin');
    expect(await users.bulk(actor, bulk)).toEqual(preview);
  });

  test('gives a role after a recent proof only, and signs out everywhere', async () => {
    const eve = await console.signedIn();
    const role = { ids: [eve.id], change: { what: 'role', role: 'auditor' } };
    const ada = await console.signedIn('admin');
    console.clock.advance(11 * 60_000);
    expect(code(await ada.browser.mutate('users.bulk', role))).toBe('step_up_needed');
    const out = { ids: [eve.id], change: { what: 'endSessions' } };
    expect(outcomes(await ada.browser.mutate('users.previewBulk', out))).toEqual(['changed']);
    expect((await eve.browser.query('sessions.me')).data).not.toBeNull();
    expect(outcomes(await ada.browser.mutate('users.bulk', out))).toEqual(['changed']);
    expect((await eve.browser.query('sessions.me')).data).toBeNull();
    expect(outcomes(await ada.browser.mutate('users.previewBulk', out))).toEqual(['same']);
  });

  refusalBattery('users.bulk', {
    console: () => console,
    call: async (browser) =>
      browser.mutate('users.bulk', {
        ids: [(await console.addUser()).id],
        change: { what: 'trustLevel', trustLevel: 2 },
      }),
  });
});

describe('import', () => {
  const preview = async (csv: string) =>
    (await admin.browser.mutate('users.previewImport', { csv })).data as ImportPreview;

  test('tells line by line what is wrong, and brings in the rest with links', async () => {
    const { username } = await console.addUser();
    const found = await preview(
      [
        '\uFEFFUsername;Email;role;trust_level;state;shoe_size',
        'imp-a;A@Imp.example;auditor;2;silenced;43',
        `${username};;;;;`,
        'imp b;;;;;',
        'imp-a;;;;;',
        'imp-c;not an address;;9;gone;',
        'imp-d;;no-such-role;;;',
        '',
        'imp-e;;;;disabled;',
      ].join('\r\n'),
    );
    expect(found.people.map(({ line, row }) => [line, row.username])).toEqual([
      [2, 'imp-a'],
      [9, 'imp-e'],
    ]);
    expect(found.problems.map(({ line, column, code, n }) => [line, column, code, n])).toEqual([
      [3, 'username', 'nameTaken', undefined],
      [4, 'username', 'username', undefined],
      [5, 'username', 'repeated', 2],
      [6, 'email', 'email', undefined],
      [6, 'trust_level', 'trustLevel', undefined],
      [6, 'state', 'state', undefined],
      [7, 'role', 'noRole', undefined],
    ]);
    expect(found).toMatchObject({ refused: 5, ignored: ['shoe_size'] });
    const rows = found.people.map(({ row }) => row);
    const { data } = await admin.browser.mutate('users.importRows', { rows });
    expect((data as ImportResult).rows).toMatchObject([
      { username: 'imp-a', invite: { path: expect.stringMatching(/^\/invite#/) }, reason: null },
      { username: 'imp-e', invite: null, reason: null },
    ]);
    expect(named(await list({ filter: { search: 'a@imp.example' } }))).toEqual(['imp-a']);
    const again = await admin.browser.mutate('users.importRows', { rows });
    expect((again.data as ImportResult).rows).toMatchObject([
      { id: null, reason: 'nameTaken' },
      { id: null, reason: 'nameTaken' },
    ]);
  });

  test.each([
    ['', { line: 1, code: 'noUsernames' }],
    ['name,email\r\na,b', { line: 1, code: 'noUsernames' }],
    ['username,username\r\na,b', { line: 1, column: 'username', code: 'columnTwice' }],
    ['username\r\n"a', { line: 2, code: 'noCsv' }],
    ['username\r\na "b"', { line: 2, code: 'noCsv' }],
    [`username\n${'x\n'.repeat(5_001)}`, { line: 5_002, code: 'tooMany', n: 5_000 }],
  ])('reads nobody out of %.30j, and says why', async (csv, problem) => {
    expect(await preview(csv)).toMatchObject({ people: [], problems: [problem], refused: 1 });
  });

  test.each([
    ['username,email\r\n,a@b.example', { column: 'username', code: 'needed' }],
    ['username\r\nx', { column: 'username', code: 'tooShort', n: 2 }],
    [`username\r\n${'x'.repeat(65)}`, { column: 'username', code: 'tooLong', n: 64 }],
    ['username,trust_level\r\nxy,2.5', { column: 'trust_level', code: 'trustLevel' }],
    [`username,display_name\r\nxy,${'x'.repeat(81)}`, { code: 'tooLong', n: 80 }],
  ])('says what is wrong with the line of %.40j', async (csv, problem) => {
    expect((await preview(csv)).problems).toMatchObject([{ line: 2, ...problem }]);
  });

  test('whatever a file holds, it is read or refused, and nobody is brought in', async () => {
    const before = await console.db.user.count();
    const cell = fc.oneof(fc.string(), fc.constantFrom('"', ',', '\r\n', "'=x", '\t', 'ünï', '9'));
    const file = fc.array(fc.array(cell, { maxLength: 6 }), { maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(fc.boolean(), file, async (headed, lines) => {
        const text = lines.map((cells) => cells.join(',')).join('\n');
        const csv = (headed ? 'username,role,email,trust_level\n' : '') + text;
        const answer = await admin.browser.mutate('users.previewImport', { csv });
        expect([200, 400]).toContain(answer.status);
      }),
      { numRuns: 100 },
    );
    expect(await console.db.user.count()).toBe(before);
  });

  for (const path of ['users.previewImport', 'users.importRows'] as const) {
    refusalBattery(path, {
      console: () => console,
      call: (browser) =>
        browser.mutate(path, { csv: 'username\r\nx', rows: [{ username: 'x-y' }] }),
    });
  }
});

test('people change how they are called, and only that', async () => {
  const eve = await console.signedIn();
  await eve.browser.mutate('users.saveProfile', { displayName: ' Eve ', role: 'admin' });
  expect((await eve.browser.query('sessions.me')).data).toMatchObject({
    displayName: 'Eve',
    role: 'member',
  });
});

test('a silenced admin looks at what their role shows and changes nothing', async () => {
  const ada = await console.signedIn('admin');
  await console.db.user.update({ where: { id: ada.id }, data: { state: 'silenced' } });
  expect((await ada.browser.query('users.list', {})).status).toBe(200);
  const change = { id: (await console.addUser()).id, trustLevel: 1 };
  expect(code(await ada.browser.mutate('users.update', change))).toBe('forbidden');
});
