import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sha256hex } from '../../infra/ids.ts';
import { PASSWORD, startConsole, type TestConsole } from '../../testing/console.ts';
import { refusalBattery } from '../../testing/refusals.ts';
import { createSessionsRepo } from './sessions.repo.ts';

const DAY_MS = 86_400_000;
let console: TestConsole;
beforeAll(async () => {
  console = await startConsole();
});
afterAll(() => console[Symbol.asyncDispose]());

let lastAddress = 0;
/** A browser whose tries count against no other test's. */
const stranger = (userAgent?: string) => {
  lastAddress += 1;
  return console.browser({
    address: `10.1.${lastAddress >> 8}.${lastAddress & 255}`,
    ...(userAgent === undefined ? {} : { userAgent }),
  });
};

describe('sessions.signIn', () => {
  test('answers with the person and a cookie that scripts cannot read', async () => {
    const { id, username } = await console.addUser();
    const browser = stranger();
    const answer = await browser.mutate('sessions.signIn', { username, password: PASSWORD });
    expect(answer.data).toEqual({
      id,
      username,
      displayName: '',
      role: 'member',
      permissions: [],
    });
    expect(answer.headers.get('set-cookie')).toMatch(
      /^gatehouse_session=[\w-]{43}; Path=\/; Max-Age=2592000; HttpOnly; SameSite=Lax$/,
    );
    expect((await browser.query('sessions.me')).data).toEqual(answer.data);
  });

  test('accepts the user name in any case and with spaces around it', async () => {
    const { username } = await console.addUser();
    const answer = await stranger().mutate('sessions.signIn', {
      username: `  ${username.toUpperCase()} `,
      password: PASSWORD,
    });
    expect(answer.status).toBe(200);
  });

  test('stores a hash of the cookie, the address and the browser', async () => {
    const { id, username } = await console.addUser();
    const browser = stranger('Firefox 999');
    await browser.mutate('sessions.signIn', { username, password: PASSWORD });
    const [row] = await console.db.session.findMany({ where: { userId: id } });
    expect(row?.id).toBe(sha256hex(browser.cookie() ?? ''));
    expect(row?.userAgent).toBe('Firefox 999');
    expect(row?.address).toMatch(/^10\.1\./);
    expect(JSON.stringify(row)).not.toContain(browser.cookie());
  });

  test('says the same about a wrong password, an unknown user and one without password', async () => {
    const { username } = await console.addUser();
    const invited = await console.addUser();
    await console.db.user.update({ where: { id: invited.id }, data: { passwordHash: null } });
    const texts = await Promise.all(
      [username, 'nobody-at-all', invited.username].map(async (name) => {
        const answer = await stranger().mutate('sessions.signIn', {
          username: name,
          password: 'not the password',
        });
        expect(answer.status).toBe(401);
        expect(answer.headers.get('set-cookie')).toBeNull();
        return answer.text.replace(/"requestId":"[^"]*"/, '');
      }),
    );
    expect(new Set(texts).size).toBe(1);
    expect(texts[0]).toContain('"appCode":"sign_in_failed"');
  });

  test('tells a disabled user so, but only after the right password', async () => {
    const { id, username } = await console.addUser();
    await console.db.user.update({ where: { id }, data: { state: 'disabled' } });
    const right = await stranger().mutate('sessions.signIn', { username, password: PASSWORD });
    expect(right.error?.data.appCode).toBe('user_disabled');
    expect(right.headers.get('set-cookie')).toBeNull();
    const wrong = await stranger().mutate('sessions.signIn', { username, password: 'wrong' });
    expect(wrong.error?.data.appCode).toBe('sign_in_failed');
  });

  test('ends the session it came with and begins another', async () => {
    const { browser, username } = await console.signedIn();
    const before = browser.cookie();
    await browser.mutate('sessions.signIn', { username, password: PASSWORD });
    expect(browser.cookie()).not.toBe(before);
    const old = stranger();
    old.setCookie(before);
    expect((await old.query('sessions.me')).data).toBeNull();
  });

  test('locks a user name out after five failures, also for the right password, wherever from', async () => {
    const { username } = await console.addUser();
    for (let i = 0; i < 5; i += 1) {
      const answer = await stranger().mutate('sessions.signIn', { username, password: `no ${i}` });
      expect(answer.error?.data.appCode).toBe('sign_in_failed');
    }
    const locked = await stranger().mutate('sessions.signIn', { username, password: PASSWORD });
    expect(locked.status).toBe(429);
    expect(locked.error?.data.appCode).toBe('too_many_tries');
    expect(locked.error?.data.retryAfterMs).toBeGreaterThan(0);
    expect(console.lines.join('')).toContain('too many tries');
  });

  test('locks a name that nobody has in the same way', async () => {
    const answers: (string | undefined)[] = [];
    for (let i = 0; i < 6; i += 1) {
      const answer = await stranger().mutate('sessions.signIn', {
        username: 'ghost',
        password: 'x',
      });
      answers.push(answer.error?.data.appCode);
    }
    expect(answers).toEqual([...Array<string>(5).fill('sign_in_failed'), 'too_many_tries']);
  });

  test('forgets failures after a success', async () => {
    const { username } = await console.addUser();
    for (let round = 0; round < 3; round += 1) {
      for (let i = 0; i < 4; i += 1) {
        await stranger().mutate('sessions.signIn', { username, password: 'wrong' });
      }
      const answer = await stranger().mutate('sessions.signIn', { username, password: PASSWORD });
      expect(answer.status).toBe(200);
    }
  });

  test('locks an address out that tries many names', async () => {
    const one = console.browser({ address: '192.0.2.1' });
    const codes = await Promise.all(
      Array.from({ length: 40 }, async (_, i) => {
        const answer = await one.mutate('sessions.signIn', {
          username: `name-${i}`,
          password: 'x',
        });
        return answer.error?.data.appCode;
      }),
    );
    expect(codes.filter((code) => code === 'sign_in_failed')).toHaveLength(30);
    expect(codes.filter((code) => code === 'too_many_tries')).toHaveLength(10);
  });

  test('makes no session when the password is changed while it is being checked', async () => {
    const { id } = await console.addUser();
    const token = await console.store.create({
      userId: id,
      passwordHash: 'the hash of a moment ago',
      address: '',
      userAgent: '',
      noting: null,
    });
    expect(token).toBeNull();
    expect(await console.db.session.count({ where: { userId: id } })).toBe(0);
  });

  test('names the field that is wrong', async () => {
    const answer = await stranger().mutate('sessions.signIn', { username: 'ada' });
    expect(answer.status).toBe(400);
    expect(answer.error?.data.appCode).toBe('bad_request');
    expect(answer.error?.data.fieldErrors).toEqual([
      { field: 'password', message: expect.any(String) },
    ]);
  });
});

describe('a session', () => {
  test('ends thirty days after it was last used', async () => {
    const { browser } = await console.signedIn();
    console.clock.advance(30 * DAY_MS);
    expect((await browser.query('sessions.me')).data).toBeNull();
  });

  test('is prolonged in its second half, and the cookie with it', async () => {
    const { browser, id } = await console.signedIn();
    console.clock.advance(14 * DAY_MS);
    expect((await browser.query('sessions.me')).headers.get('set-cookie')).toBeNull();
    console.clock.advance(2 * DAY_MS);
    const renewed = await browser.query('sessions.me');
    expect(renewed.headers.get('set-cookie')).toContain(
      `${browser.cookie()}; Path=/; Max-Age=2592000`,
    );
    console.clock.advance(29 * DAY_MS);
    expect((await browser.query('sessions.me')).data).toMatchObject({ id });
  });

  test('is nobody for a made-up or damaged cookie', async () => {
    const browser = stranger();
    for (const cookie of ['x', 'A'.repeat(43), '%E0%A4%A', '"']) {
      browser.setCookie(cookie);
      const answer = await browser.query('sessions.me');
      expect(answer.status).toBe(200);
      expect(answer.data).toBeNull();
    }
  });

  test('that is over is removed from the table when somebody signs in', async () => {
    const gone = await console.signedIn();
    console.clock.advance(31 * DAY_MS);
    const open = await console.signedIn();
    const left = await console.db.session.findMany({
      where: { userId: { in: [gone.id, open.id] } },
    });
    expect(left.map((row) => row.userId)).toEqual([open.id]);
  });

  test('notes when the person was here, once a minute', async () => {
    const { browser, id } = await console.signedIn();
    const seen = async () => {
      await browser.query('sessions.me');
      const user = await console.db.user.findUniqueOrThrow({ where: { id } });
      return user.lastSeenAt?.getTime();
    };
    const first = await seen();
    expect(first).toBe(console.clock.now());
    console.clock.advance(59_999);
    expect(await seen()).toBe(first);
    console.clock.advance(1);
    expect(await seen()).toBe(console.clock.now());
  });
});

describe('sessions.signOut', () => {
  test('ends the session and removes the cookie', async () => {
    const { browser, id } = await console.signedIn();
    const answer = await browser.mutate('sessions.signOut');
    expect(answer.headers.get('set-cookie')).toMatch(/^gatehouse_session=; Path=\/; Max-Age=0/);
    expect(await console.db.session.count({ where: { userId: id } })).toBe(0);
    expect((await browser.query('sessions.me')).data).toBeNull();
  });

  test('is fine with nobody', async () => {
    expect((await stranger().mutate('sessions.signOut')).status).toBe(200);
  });
});

describe('sessions.changePassword', () => {
  const NEXT = 'another long password';

  test('ends all other sessions, renews this one, and the old password is dead', async () => {
    const { browser, id, username } = await console.signedIn();
    const other = stranger();
    await other.mutate('sessions.signIn', { username, password: PASSWORD });
    const before = browser.cookie();
    const answer = await browser.mutate('sessions.changePassword', {
      current: PASSWORD,
      next: NEXT,
    });
    expect(answer.data).toBeNull();
    expect(browser.cookie()).not.toBe(before);
    expect((await browser.query('sessions.me')).data).toMatchObject({ id });
    expect((await other.query('sessions.me')).data).toBeNull();
    const old = await stranger().mutate('sessions.signIn', { username, password: PASSWORD });
    expect(old.error?.data.appCode).toBe('sign_in_failed');
    const fresh = await stranger().mutate('sessions.signIn', { username, password: NEXT });
    expect(fresh.status).toBe(200);
  });

  test('refuses a wrong current password, names the field, and locks after five', async () => {
    const { browser } = await console.signedIn();
    for (let i = 0; i < 5; i += 1) {
      const answer = await browser.mutate('sessions.changePassword', { current: 'no', next: NEXT });
      expect(answer.error?.data).toMatchObject({ appCode: 'bad_request', param: 'current' });
    }
    const locked = await browser.mutate('sessions.changePassword', {
      current: PASSWORD,
      next: NEXT,
    });
    expect(locked.error?.data.appCode).toBe('too_many_tries');
  });

  test.each(['too short', 'x'.repeat(73), '密'.repeat(25)])(
    'refuses %s as a new one',
    async (next) => {
      const { browser } = await console.signedIn();
      const answer = await browser.mutate('sessions.changePassword', { current: PASSWORD, next });
      expect(answer.error?.data.fieldErrors[0]?.field).toBe('next');
    },
  );

  test('does not overwrite a password that was changed meanwhile', async () => {
    const { id, username } = await console.addUser();
    const change = { userId: id, from: 'the hash of a moment ago', to: 'x' };
    const noting = () => Promise.reject(new Error('recorded'));
    expect(await createSessionsRepo(console.db).replacePassword(change, noting)).toBe(false);
    const answer = await stranger().mutate('sessions.signIn', { username, password: PASSWORD });
    expect(answer.status).toBe(200);
  });

  test('of two at once, one wins', async () => {
    const { browser, username } = await console.signedIn();
    const answers = await Promise.all(
      ['first new password', 'second new password'].map((next) =>
        browser.mutate('sessions.changePassword', { current: PASSWORD, next }),
      ),
    );
    expect(answers.filter((answer) => answer.status === 200)).toHaveLength(1);
    const old = await stranger().mutate('sessions.signIn', { username, password: PASSWORD });
    expect(old.status).toBe(401);
  });

  refusalBattery('sessions.changePassword', {
    console: () => console,
    call: (browser) => browser.mutate('sessions.changePassword', { current: PASSWORD, next: NEXT }),
  });
});

describe('sessions.list and sessions.end', () => {
  test('show my sessions only and mark the one I use', async () => {
    const { browser, username } = await console.signedIn();
    await console.signedIn();
    const phone = stranger('Phone');
    await phone.mutate('sessions.signIn', { username, password: PASSWORD });
    const { data } = await browser.query('sessions.list');
    expect(data).toHaveLength(2);
    expect(data).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ current: true, userAgent: 'test browser' }),
        expect.objectContaining({ current: false, userAgent: 'Phone' }),
      ]),
    );
    expect(JSON.stringify(data)).not.toContain(phone.cookie());
  });

  test('end another of my sessions at once', async () => {
    const { browser, username } = await console.signedIn();
    const lost = stranger();
    await lost.mutate('sessions.signIn', { username, password: PASSWORD });
    const answer = await browser.mutate('sessions.end', { id: sha256hex(lost.cookie() ?? '') });
    expect(answer.status).toBe(200);
    expect((await lost.query('sessions.me')).data).toBeNull();
    expect((await browser.query('sessions.me')).data).not.toBeNull();
  });

  test('remove the cookie when it is this one', async () => {
    const { browser } = await console.signedIn();
    await browser.mutate('sessions.end', { id: sha256hex(browser.cookie() ?? '') });
    expect(browser.cookie()).toBeNull();
  });

  test("do not touch somebody else's session", async () => {
    const { browser } = await console.signedIn('admin');
    const victim = await console.signedIn();
    const id = sha256hex(victim.browser.cookie() ?? '');
    const answer = await browser.mutate('sessions.end', { id });
    expect(answer.error?.data.appCode).toBe('not_found');
    expect((await victim.browser.query('sessions.me')).data).not.toBeNull();
  });

  test.each(['', 'x', 'A'.repeat(64), 7])('refuse %s as an id', async (id) => {
    const { browser } = await console.signedIn();
    const answer = await browser.mutate('sessions.end', { id });
    expect(answer.error?.data.fieldErrors[0]?.field).toBe('id');
  });

  refusalBattery('sessions.list', {
    console: () => console,
    call: (browser) => browser.query('sessions.list'),
  });
  refusalBattery('sessions.end', {
    console: () => console,
    call: (browser) => browser.mutate('sessions.end', { id: 'a'.repeat(64) }),
  });
});

describe('sessions.prefer', () => {
  test('a wish is kept, and is one’s own', async () => {
    const [ada, ben] = [await console.addUser(), await console.addUser()];
    const [hers, his] = [stranger(), stranger()];
    for (const [browser, { username }] of [[hers, ada] as const, [his, ben] as const]) {
      await browser.mutate('sessions.signIn', { username, password: PASSWORD });
    }
    expect((await hers.query('sessions.preferences')).data).toEqual({ preferShared: false });
    const wish = { preferShared: true };
    expect((await hers.mutate('sessions.prefer', wish)).data).toEqual(wish);
    expect((await hers.query('sessions.preferences')).data).toEqual(wish);
    expect((await his.query('sessions.preferences')).data).toEqual({ preferShared: false });
    const row = await console.db.user.findUnique({ where: { id: ada.id } });
    expect(row?.preferShared).toBe(true);
  });

  test('nothing but yes or no is taken', async () => {
    const { username } = await console.addUser();
    const browser = stranger();
    await browser.mutate('sessions.signIn', { username, password: PASSWORD });
    expect((await browser.mutate('sessions.prefer', { preferShared: 'yes' })).status).toBe(400);
  });
});
