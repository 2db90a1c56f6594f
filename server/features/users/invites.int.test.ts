import { afterAll, beforeAll, expect, test } from 'vitest';
import type { InviteLink } from '#shared/schemas/users.ts';
import { PASSWORD, startConsole, type TestConsole } from '../../testing/console.ts';

let console: TestConsole;
beforeAll(async () => {
  console = await startConsole();
});
afterAll(() => console[Symbol.asyncDispose]());

const NEW_PASSWORD = 'chosen by the person';
let strangers = 0;
const stranger = () => console.browser({ address: `10.4.0.${strangers++}` });

/** A user who was invited, and the token of their link. */
async function invited() {
  const { browser } = await console.signedIn('admin');
  const member = await console.addUser();
  const answer = await browser.mutate('users.resetPassword', { id: member.id });
  const token = (answer.data as InviteLink).path.slice('/invite/'.length);
  return { ...member, token, admin: browser };
}

test('the link names the user and lets them choose a password, which signs them in', async () => {
  const { id, username, token } = await invited();
  const browser = stranger();
  const info = await browser.mutate('users.inviteInfo', { token });
  expect(info.data).toEqual({ username, expiresAt: expect.any(String) });
  const answer = await browser.mutate('users.acceptInvite', { token, password: NEW_PASSWORD });
  expect(answer.data).toEqual({
    id,
    username,
    displayName: '',
    role: 'member',
    permissions: [],
  });
  expect((await browser.query('sessions.me')).data).toEqual(answer.data);
  const again = await stranger().mutate('sessions.signIn', { username, password: NEW_PASSWORD });
  expect(again.status).toBe(200);
});

test('used ten times at once it works once', async () => {
  const { id, token } = await invited();
  const answers = await Promise.all(
    Array.from({ length: 10 }, (_, i) =>
      stranger().mutate('users.acceptInvite', { token, password: `${NEW_PASSWORD} ${i}` }),
    ),
  );
  expect(answers.filter((answer) => answer.status === 200)).toHaveLength(1);
  expect(answers.filter((answer) => answer.error?.data.appCode === 'not_found')).toHaveLength(9);
  expect(await console.db.session.count({ where: { userId: id } })).toBe(1);
});

test('it does not work after use, after seven days, for a disabled user, or made up', async () => {
  const used = await invited();
  await stranger().mutate('users.acceptInvite', { token: used.token, password: NEW_PASSWORD });
  const late = await invited();
  console.clock.advance(7 * 86_400_000);
  const disabled = await invited();
  await console.db.user.update({ where: { id: disabled.id }, data: { state: 'disabled' } });
  for (const token of [used.token, late.token, disabled.token, 'made-up']) {
    const info = await stranger().mutate('users.inviteInfo', { token });
    expect(info.error?.data.appCode).toBe('not_found');
    const accept = await stranger().mutate('users.acceptInvite', { token, password: NEW_PASSWORD });
    expect(accept.error?.data.appCode).toBe('not_found');
    expect(accept.headers.get('set-cookie')).toBeNull();
  }
});

test('it opens a user name that was locked out', async () => {
  const { username, token } = await invited();
  for (let i = 0; i < 6; i += 1) {
    await stranger().mutate('sessions.signIn', { username, password: 'wrong' });
  }
  await stranger().mutate('users.acceptInvite', { token, password: NEW_PASSWORD });
  const answer = await stranger().mutate('sessions.signIn', { username, password: NEW_PASSWORD });
  expect(answer.status).toBe(200);
});

test('guessing is limited by address', async () => {
  const one = console.browser({ address: '192.0.2.20' });
  const codes: (string | undefined)[] = [];
  for (let i = 0; i < 31; i += 1) {
    const answer = await one.mutate('users.inviteInfo', { token: `guess-${i}` });
    codes.push(answer.error?.data.appCode);
  }
  expect(codes[29]).toBe('not_found');
  expect(codes[30]).toBe('too_many_tries');
});

test('a password that is too short is refused and leaves the link open', async () => {
  const { token } = await invited();
  const answer = await stranger().mutate('users.acceptInvite', { token, password: 'short' });
  expect(answer.error?.data).toMatchObject({ appCode: 'bad_request', param: 'password' });
  expect((await stranger().mutate('users.inviteInfo', { token })).status).toBe(200);
});

test('a link nobody used leaves the password of an active user alone', async () => {
  const { username } = await console.addUser();
  await stranger().mutate('users.acceptInvite', { token: 'made-up', password: NEW_PASSWORD });
  const answer = await stranger().mutate('sessions.signIn', { username, password: PASSWORD });
  expect(answer.status).toBe(200);
});
