import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Browser } from '../../testing/browser.ts';
import { PASSWORD, startConsole, type TestConsole } from '../../testing/console.ts';
import { linkIn, type Mailbox, startMailbox } from '../../testing/mailbox.ts';

let console: TestConsole;
let mailbox: Mailbox;
beforeAll(async () => {
  mailbox = await startMailbox();
  console = await startConsole({
    mail: { url: mailbox.url, from: 'Gatehouse <gatehouse@example.com>' },
  });
});
afterAll(async () => {
  await console[Symbol.asyncDispose]();
  await mailbox[Symbol.asyncDispose]();
});

const NEXT = 'another one of my own';
let made = 0;
const stranger = () => {
  made += 1;
  return console.browser({ address: `10.8.${made >> 8}.${made & 255}` });
};
const forgot = (who: string, browser = stranger()) =>
  browser.mutate('registration.forgot', { who });
const signIn = (username: string, password: string) =>
  stranger().mutate('sessions.signIn', { username, password });
const codeOf = (answer: { error?: { data: { appCode: string } } | undefined }) =>
  answer.error?.data.appCode;
const settled = () => console.services.registration.askedLinks.settled();

/** Somebody signed in, with a confirmed address. */
async function reachable(facts: { confirmed?: boolean } = {}) {
  const person = await console.signedIn();
  const email = `${person.username}@example.com`;
  const emailVerifiedAt = facts.confirmed === false ? null : new Date();
  await console.db.user.update({ where: { id: person.id }, data: { email, emailVerifiedAt } });
  return { ...person, email };
}

async function askFor(browser: Browser, email: string) {
  const answer = await browser.mutate('registration.requestEmailChange', { email });
  expect(answer.error).toBeUndefined();
  return linkIn(await mailbox.newest(email)).token;
}

describe('a forgotten password', () => {
  test('is replaced by a link in a mail; it ends all sessions and works once', async () => {
    const { browser, email, id, username } = await reachable();
    expect((await forgot(username)).data).toBeNull();
    const { path, token, url } = linkIn(await mailbox.newest(email));
    expect(path).toBe(`/reset-password#${token}`);
    expect(url.startsWith(console.origin)).toBe(true);

    // The old password works until the new one is chosen.
    expect((await signIn(username, PASSWORD)).status).toBe(200);
    const info = await stranger().mutate('users.inviteInfo', { token });
    expect(info.data).toMatchObject({ username });

    const mine = stranger();
    const chosen = await mine.mutate('users.acceptInvite', { token, password: NEXT });
    expect(chosen.data).toMatchObject({ username });
    expect((await browser.query('sessions.me')).data).toBeNull();
    expect((await mine.query('sessions.me')).data).toMatchObject({ username });
    expect(codeOf(await signIn(username, PASSWORD))).toBe('sign_in_failed');
    expect((await signIn(username, NEXT)).status).toBe(200);
    const again = await stranger().mutate('users.acceptInvite', { token, password: PASSWORD });
    expect(codeOf(again)).toBe('not_found');
    const notes = await console.db.$queryRaw<{ action: string }[]>`
      SELECT action FROM audit_events WHERE target_id = ${id}`;
    expect(notes.map(({ action }) => action)).toContain('sessions.passwordReset');
  });

  test('is asked for by address, too; a second link ends the first', async () => {
    const { email } = await reachable();
    await forgot(email.toUpperCase());
    const first = linkIn(await mailbox.newest(email)).token;
    await forgot(email);
    const second = linkIn(await mailbox.newest(email, 2)).token;
    const over = await stranger().mutate('users.acceptInvite', { token: first, password: NEXT });
    expect(codeOf(over)).toBe('not_found');
    const good = await stranger().mutate('users.acceptInvite', { token: second, password: NEXT });
    expect(good.status).toBe(200);
  });

  test('has half an hour', async () => {
    const { email } = await reachable();
    await forgot(email);
    const { token } = linkIn(await mailbox.newest(email));
    console.clock.advance(30 * 60_000);
    expect(codeOf(await stranger().mutate('users.inviteInfo', { token }))).toBe('not_found');
  });

  test('is answered the same for everybody; only who may choose a new one gets a mail', async () => {
    const unconfirmed = await reachable({ confirmed: false });
    const disabled = await reachable();
    await console.db.user.update({ where: { id: disabled.id }, data: { state: 'disabled' } });
    const pending = await reachable();
    await console.db.user.update({ where: { id: pending.id }, data: { state: 'pending' } });
    const bySso = await reachable();
    await console.db.user.update({ where: { id: bySso.id }, data: { passwordHash: null } });
    const known = await reachable();
    const before = mailbox.mails.length;
    const whos = [unconfirmed, disabled, pending, bySso, known].map(({ username }) => username);
    const answers = await Promise.all(
      [...whos, 'nobody at all', "' OR 1=1 --"].map((w) => forgot(w)),
    );
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    await settled();
    await mailbox.newest(known.email);
    await console.services.registration.mail.idle();
    expect(mailbox.mails.slice(before).flatMap(({ to }) => to)).toEqual([known.email]);
  });

  test('does not fill a mailbox', async () => {
    const { email, username } = await reachable();
    for (let at = 0; at < 12; at += 1) expect((await forgot(username)).status).toBe(200);
    await settled();
    await console.services.registration.mail.idle();
    const sent = mailbox.mails.filter(({ to }) => to.includes(email));
    expect(sent.length).toBeGreaterThan(0);
    expect(sent.length).toBeLessThanOrEqual(6);
  });

  test('leads to this server whatever the request says its address is', async () => {
    const { email, username } = await reachable();
    const { hostname } = new URL('https://evil.example');
    const { port } = new URL(console.origin);
    const { request } = await import('node:http');
    const status = await new Promise<number | undefined>((done, fail) => {
      const asked = request(
        {
          ...{ host: '127.0.0.1', port, path: '/trpc/registration.forgot', method: 'POST' },
          headers: {
            host: hostname,
            origin: `https://${hostname}`,
            'content-type': 'application/json',
            'x-forwarded-for': '10.8.250.1',
          },
        },
        (answer) => {
          answer.resume();
          done(answer.statusCode);
        },
      );
      asked.on('error', fail);
      asked.end(JSON.stringify({ who: username }));
    });
    expect(status).toBe(200);
    await settled();
    await console.services.registration.mail.idle();
    expect(mailbox.mails.filter(({ to }) => to.includes(email))).toEqual([]);
    const { browser } = await console.signedIn('admin');
    const state = (await browser.query('registration.mail')).data;
    expect(state).toMatchObject({ failures: [{ to: email, why: 'no_public_url' }] });
  });

  test('a weak new password is refused, and the link stays good', async () => {
    const { email, username } = await reachable();
    await forgot(email);
    const { token } = linkIn(await mailbox.newest(email));
    const weak = await stranger().mutate('users.acceptInvite', {
      token,
      password: `${username}99`,
    });
    expect(weak.error?.data).toMatchObject({ appCode: 'bad_request', param: 'password' });
    const good = await stranger().mutate('users.acceptInvite', { token, password: NEXT });
    expect(good.status).toBe(200);
  });
});

describe('another e-mail address', () => {
  test('counts once its link was opened; the old one is told', async () => {
    const { browser, email, id } = await reachable();
    const next = `next-${email}`;
    const token = await askFor(browser, next);
    expect((await browser.query('registration.myEmail')).data).toEqual({
      ...{ email, confirmed: true, asked: next, mail: true },
    });
    const opened = await stranger().mutate('registration.confirmEmail', { token });
    expect(opened.data).toEqual({ outcome: 'confirmed' });
    expect((await mailbox.newest(email)).text).toContain(next);
    const row = await console.db.user.findUnique({ where: { id } });
    expect(row?.email).toBe(next);
    expect(row?.emailVerifiedAt).not.toBeNull();
  });

  test('takes a recent proof', async () => {
    const { browser, email } = await reachable();
    console.clock.advance(601_000);
    const answer = await browser.mutate('registration.requestEmailChange', { email });
    expect(codeOf(answer)).toBe('step_up_needed');
  });

  test('of somebody else is not told as such, and never changes hands', async () => {
    const holder = await reachable();
    const other = await reachable();
    const asked = await other.browser.mutate('registration.requestEmailChange', {
      email: holder.email,
    });
    expect(asked.data).toBeNull();
    const mail = await mailbox.newest(holder.email);
    expect(mail.text).not.toContain('confirm-email');
    expect(mail.text).toContain(holder.username);
  });

  test('that somebody only claimed goes to whoever confirms it', async () => {
    const claims = await reachable({ confirmed: false });
    const { browser, id } = await reachable();
    const token = await askFor(browser, claims.email);
    await stranger().mutate('registration.confirmEmail', { token });
    expect((await console.db.user.findUnique({ where: { id } }))?.email).toBe(claims.email);
    expect((await console.db.user.findUnique({ where: { id: claims.id } }))?.email).toBeNull();
  });

  test('is had by one of two who confirm it at once', async () => {
    const [one, two] = [await reachable(), await reachable()];
    const email = `both-${one.email}`;
    await one.browser.mutate('registration.requestEmailChange', { email });
    await two.browser.mutate('registration.requestEmailChange', { email });
    await mailbox.newest(email, 2);
    const tokens = mailbox.mails.filter(({ to }) => to.includes(email)).map((m) => linkIn(m).token);
    const answers = await Promise.all(
      tokens.map((token) => stranger().mutate('registration.confirmEmail', { token })),
    );
    expect(answers.map((answer) => codeOf(answer) ?? 'had').toSorted()).toEqual([
      'conflict',
      'had',
    ]);
  });

  test.each([
    '',
    'a',
    'a@b',
    'a@example.com\r\nBcc: b@example.com',
    'a@example.com,b@example.com',
    `${'a'.repeat(250)}@example.com`,
    '"<script>"@example.com',
  ])('that is none is refused: %j', async (email) => {
    const { browser } = await console.signedIn();
    const answer = await browser.mutate('registration.requestEmailChange', { email });
    expect(codeOf(answer)).toBe('bad_request');
  });

  test('a link that chooses a password does not confirm an address, nor the other way round', async () => {
    const { browser, email, username } = await reachable();
    const token = await askFor(browser, `other-${email}`);
    expect(codeOf(await stranger().mutate('users.acceptInvite', { token, password: NEXT }))).toBe(
      'not_found',
    );
    await forgot(username);
    const reset = linkIn(await mailbox.newest(email)).token;
    const wrong = await stranger().mutate('registration.confirmEmail', { token: reset });
    expect(codeOf(wrong)).toBe('not_found');
  });
});
