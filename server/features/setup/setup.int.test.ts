import { expect, test } from 'vitest';
import { PASSWORD, startConsole } from '../../testing/console.ts';

const ADA = { username: 'Ada', password: PASSWORD };

test('the token of the terminal makes the first admin, who is signed in', async () => {
  await using console = await startConsole();
  const browser = console.browser();
  expect((await browser.query('setup.status')).data).toEqual({ needed: true });
  const token = await console.services.setup.prepare();
  const answer = await browser.mutate('setup.complete', { ...ADA, token });
  expect(answer.data).toMatchObject({ username: 'ada', role: 'admin' });
  expect((await browser.query('sessions.me')).data).toEqual(answer.data);
  expect((await browser.query('setup.status')).data).toEqual({ needed: false });
  expect(await console.db.setting.count({ where: { name: 'setup-token' } })).toBe(0);
});

test('the token is stored as a hash and printed nowhere', async () => {
  await using console = await startConsole();
  const token = await console.services.setup.prepare();
  expect(token).toMatch(/^[\w-]{43}$/);
  expect(JSON.stringify(await console.db.setting.findMany())).not.toContain(token);
  await console.browser().mutate('setup.complete', { ...ADA, token });
  expect(console.lines.join('')).not.toContain(token);
});

test('a wrong token is refused, an earlier one too, and before any start every one', async () => {
  await using console = await startConsole();
  const browser = console.browser();
  const refused = async (token: string | null) => {
    const answer = await browser.mutate('setup.complete', { ...ADA, token });
    expect(answer.error?.data.appCode).toBe('forbidden');
  };
  await refused('anything');
  const earlier = await console.services.setup.prepare();
  await console.services.setup.prepare();
  await refused(earlier);
  await refused('x');
  await refused('0'.repeat(64));
  expect(await console.db.user.count()).toBe(0);
});

test('once a user exists, set-up is over and no token is made', async () => {
  await using console = await startConsole();
  const token = await console.services.setup.prepare();
  await console.addUser();
  const answer = await console.browser().mutate('setup.complete', { ...ADA, token });
  expect(answer.status).toBe(409);
  expect(answer.error?.data.appCode).toBe('setup_done');
  expect(await console.services.setup.prepare()).toBeNull();
  expect(await console.db.setting.count()).toBe(0);
});

test('eight set-ups at once make one admin', async () => {
  await using console = await startConsole();
  const token = await console.services.setup.prepare();
  const answers = await Promise.all(
    Array.from({ length: 8 }, (_, i) =>
      console
        .browser({ address: `10.2.0.${i}` })
        .mutate('setup.complete', { ...ADA, username: `admin-${i}`, token }),
    ),
  );
  expect(answers.filter((answer) => answer.status === 200)).toHaveLength(1);
  const others = answers.filter((answer) => answer.error);
  expect(others.map((answer) => answer.error?.data.appCode)).toEqual(Array(7).fill('setup_done'));
  expect(await console.db.user.count()).toBe(1);
});

test('guessing is limited by address', async () => {
  await using console = await startConsole();
  await console.services.setup.prepare();
  const browser = console.browser({ address: '192.0.2.9' });
  const codes: (string | undefined)[] = [];
  for (let i = 0; i < 31; i += 1) {
    const answer = await browser.mutate('setup.complete', { ...ADA, token: `guess ${i}` });
    codes.push(answer.error?.data.appCode);
  }
  expect(codes.slice(0, 30)).toEqual(Array(30).fill('forbidden'));
  expect(codes[30]).toBe('too_many_tries');
});

test.each([
  ['username', { ...ADA, username: 'a b', token: 'x' }],
  ['password', { ...ADA, password: 'short', token: 'x' }],
  ['token', { ...ADA, token: '' }],
])('a bad %s is named', async (field, input) => {
  await using console = await startConsole();
  const answer = await console.browser().mutate('setup.complete', input);
  expect(answer.error?.data).toMatchObject({ appCode: 'bad_request', param: field });
});
