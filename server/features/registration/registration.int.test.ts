import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startConsole, type TestConsole } from '../../testing/console.ts';
import { linkIn, type Mailbox, startMailbox } from '../../testing/mailbox.ts';
import { refusalBattery } from '../../testing/refusals.ts';

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

const CHOSEN = 'chosen by the person';
let made = 0;
const stranger = () => {
  made += 1;
  return console.browser({ address: `10.7.${made >> 8}.${made & 255}` });
};
const newName = () => `newcomer-${++made}`;

type Settings = { mode?: string; email?: string; domains?: string[]; role?: string };

async function save(settings: Settings) {
  const { browser } = await console.signedIn('admin');
  const all = { mode: 'closed', email: 'none', domains: [], role: 'member', ...settings };
  const answer = await browser.mutate('registration.save', all);
  expect(answer.error).toBeUndefined();
  return browser;
}

/** Registers a new name; the answer, and what it was done with. */
async function register(facts: { username?: string; email?: string; password?: string } = {}) {
  const browser = stranger();
  const username = facts.username ?? newName();
  const input = { password: CHOSEN, ...facts, username };
  return { browser, username, answer: await browser.mutate('registration.register', input) };
}

const signIn = (username: string, password = CHOSEN) =>
  stranger().mutate('sessions.signIn', { username, password });
const codeOf = (answer: { error?: { data: { appCode: string } } | undefined }) =>
  answer.error?.data.appCode;
const userOf = (username: string) => console.db.user.findUnique({ where: { username } });
const actionsOn = async (targetId: string) =>
  (
    await console.db.$queryRaw<{ action: string }[]>`
      SELECT action FROM audit_events WHERE target_id = ${targetId} ORDER BY seq`
  ).map(({ action }) => action);

describe('registration', () => {
  test('is closed until an admin opens it', async () => {
    const { answer } = await register();
    expect(codeOf(answer)).toBe('registration_closed');
    const look = await stranger().query('registration.look');
    expect(look.data).toEqual({ mode: 'closed', email: 'none', domains: [], mail: true });
  });

  test('open: the person is signed in at once, with the role an admin chose', async () => {
    await save({ mode: 'open' });
    const { answer, browser, username } = await register();
    expect(answer.data).toMatchObject({ username, role: 'member', permissions: [] });
    expect((await browser.query('sessions.me')).data).toEqual(answer.data);
    const id = (await userOf(username))?.id ?? '';
    expect(await actionsOn(id)).toContain('users.register');
  });

  test('a taken name and a weak password are told; nobody is made', async () => {
    await save({ mode: 'open' });
    const { username } = await register();
    expect(codeOf((await register({ username })).answer)).toBe('conflict');
    const weak = await register({ password: 'password1234' });
    expect(weak.answer.error?.data).toMatchObject({ appCode: 'bad_request', param: 'password' });
    expect(await userOf(weak.username)).toBeNull();
  });

  test('of ten who want the same name at once one gets it', async () => {
    await save({ mode: 'open' });
    const username = newName();
    const tries = await Promise.all(Array.from({ length: 10 }, () => register({ username })));
    const codes = tries.map(({ answer }) => codeOf(answer) ?? 'in');
    expect(codes.toSorted()).toEqual([...Array<string>(9).fill('conflict'), 'in'].toSorted());
  });

  test('with approval the person waits, and is told so after the right password only', async () => {
    const admin = await save({ mode: 'approval' });
    const { answer, browser, username } = await register();
    expect(answer.data).toEqual({ next: 'approval' });
    expect(browser.cookie()).toBeNull();
    expect(codeOf(await signIn(username, 'not the password'))).toBe('sign_in_failed');
    expect(codeOf(await signIn(username))).toBe('user_pending');

    const id = (await userOf(username))?.id ?? '';
    const waiting = (await admin.query('registration.waiting')).data as { id: string }[];
    expect(waiting.map((person) => person.id)).toContain(id);
    const approved = await admin.mutate('registration.approve', { ids: [id] });
    expect(approved.data).toEqual({ done: 1 });
    expect((await signIn(username)).status).toBe(200);
    expect(await actionsOn(id)).toEqual(
      expect.arrayContaining(['users.register', 'users.approve']),
    );
    expect(codeOf(await admin.mutate('registration.approve', { ids: [id] }))).toBe('not_found');
  });

  test('whoever is declined is gone, and their name is free; whoever was here is disabled', async () => {
    const admin = await save({ mode: 'approval' });
    const { username } = await register();
    const id = (await userOf(username))?.id ?? '';
    const known = await console.addUser();
    await console.db.user.update({
      where: { id: known.id },
      data: { state: 'pending', lastSeenAt: new Date() },
    });
    const declined = await admin.mutate('registration.decline', { ids: [id, known.id] });
    expect(declined.data).toEqual({ done: 2 });
    expect(await userOf(username)).toBeNull();
    expect((await userOf(known.username))?.state).toBe('disabled');
    expect(await actionsOn(id)).toContain('users.decline');
    expect((await register({ username })).answer.data).toEqual({ next: 'approval' });
  });

  test('an admin who does not wait cannot be declined', async () => {
    const admin = await save({ mode: 'approval' });
    const other = await console.addUser({ role: 'admin' });
    expect(codeOf(await admin.mutate('registration.decline', { ids: [other.id] }))).toBe(
      'not_found',
    );
    expect((await userOf(other.username))?.state).toBe('active');
  });

  test('whoever was let in by an admin hears of it in their language', async () => {
    const admin = await save({ mode: 'approval', email: 'asked' });
    const username = newName();
    const email = `${username}@example.com`;
    const browser = stranger();
    await browser.mutate(
      'registration.register',
      { username, email, password: CHOSEN },
      { 'accept-language': 'zh-CN,en;q=0.5' },
    );
    expect((await mailbox.newest(email)).subject).toContain('确认');
    const id = (await userOf(username))?.id ?? '';
    await admin.mutate('registration.approve', { ids: [id] });
    expect((await mailbox.newest(email, 2)).subject).toBe('您现在可以登录 Gatehouse');
  });

  test('an address has to be given where one is asked for, and is not kept where none is', async () => {
    await save({ mode: 'open', email: 'asked' });
    const without = await register();
    expect(without.answer.error?.data).toMatchObject({ appCode: 'bad_request', param: 'email' });
    await save({ mode: 'open' });
    const { username } = await register({ email: 'kept.not@example.com' });
    expect((await userOf(username))?.email).toBeNull();
  });

  test('one address can register ten times an hour, not more', async () => {
    await save({ mode: 'open' });
    const browser = stranger();
    const codes: (string | undefined)[] = [];
    for (let at = 0; at < 13; at += 1) {
      const username = newName();
      codes.push(
        codeOf(await browser.mutate('registration.register', { username, password: CHOSEN })),
      );
    }
    expect(codes.slice(0, 10)).toEqual(Array(10).fill(undefined));
    expect(codes.at(-1)).toBe('too_many_tries');
  });
});

describe('an address that has to be confirmed', () => {
  beforeEach(() => save({ mode: 'open', email: 'confirmed', domains: ['example.com'] }));

  test('lets the person in once the link was opened, which works once', async () => {
    const username = newName();
    const email = `${username}@example.com`;
    const { answer } = await register({ username, email: email.toUpperCase() });
    expect(answer.data).toEqual({ next: 'confirm' });
    expect(codeOf(await signIn(username))).toBe('user_pending');
    const { path, token } = linkIn(await mailbox.newest(email));
    expect(path).toBe(`/confirm-email#${token}`);
    const opened = await stranger().mutate('registration.confirmEmail', { token });
    expect(opened.data).toEqual({ outcome: 'active' });
    expect(await userOf(username)).toMatchObject({ email, state: 'active' });
    expect((await signIn(username)).status).toBe(200);
    expect(codeOf(await stranger().mutate('registration.confirmEmail', { token }))).toBe(
      'not_found',
    );
    const id = (await userOf(username))?.id ?? '';
    expect(await actionsOn(id)).toContain('users.emailChanged');
  });

  test('is refused outside of the domains', async () => {
    for (const email of ['a@elsewhere.com', 'a@example.com.evil.org', 'a@sub.example.com']) {
      expect(codeOf((await register({ email })).answer)).toBe('registration_closed');
    }
  });

  test('does not tell whether it is somebody’s; the mail does', async () => {
    const username = newName();
    const email = `${username}@example.com`;
    await register({ username, email });
    const { token } = linkIn(await mailbox.newest(email));
    await stranger().mutate('registration.confirmEmail', { token });

    const second = await register({ email });
    expect(second.answer.data).toEqual({ next: 'confirm' });
    const mail = await mailbox.newest(email, 2);
    expect(mail.subject).toBe('You have an account at Gatehouse already');
    expect(mail.text).toContain(username);
    expect(mail.text).not.toContain('confirm-email');
  });

  const resend = (who: string, browser = stranger()) =>
    browser.mutate('registration.resend', { who });
  const askedFor = () => console.services.registration.askedLinks.settled();

  test.each([
    ['user name', (username: string) => username],
    ['address', (username: string) => `${username}@EXAMPLE.com`],
  ])('is written to again when asked by %s; the newest link counts', async (_by, whoOf) => {
    const username = newName();
    const email = `${username}@example.com`;
    await register({ username, email });
    const first = linkIn(await mailbox.newest(email)).token;
    console.clock.advance(86_400_001);
    expect((await resend(whoOf(username))).data).toBeNull();
    const { path, token } = linkIn(await mailbox.newest(email, 2));
    expect(path).toBe(`/confirm-email#${token}`);
    const over = await stranger().mutate('registration.confirmEmail', { token: first });
    expect(codeOf(over)).toBe('not_found');
    const opened = await stranger().mutate('registration.confirmEmail', { token });
    expect(opened.data).toEqual({ outcome: 'active' });
  });

  test('is told to whoever knows the password as what they are to do; others hear of nothing', async () => {
    const username = newName();
    await register({ username, email: `${username}@example.com` });
    expect((await signIn(username)).error?.data).toMatchObject({
      ...{ appCode: 'user_pending', param: 'email' },
    });
    const wrong = await signIn(username, 'not the password');
    expect(wrong.error?.data).toMatchObject({ appCode: 'sign_in_failed', param: null });
    await save({ mode: 'approval' });
    const other = await register();
    expect((await signIn(other.username)).error?.data).toMatchObject({
      ...{ appCode: 'user_pending', param: null },
    });
  });

  test('is asked for with the same answer for everybody; only who waits for it gets a mail', async () => {
    const username = newName();
    const email = `${username}@example.com`;
    await register({ username, email });
    const { token } = linkIn(await mailbox.newest(email));
    await stranger().mutate('registration.confirmEmail', { token });
    const waits = newName();
    await register({ username: waits, email: `${waits}@example.com` });
    await mailbox.newest(`${waits}@example.com`);
    const before = mailbox.mails.length;
    const whos = [username, email, waits, 'nobody at all', 'nobody@example.com', "' OR 1=1 --"];
    const answers = await Promise.all(whos.map((who) => resend(who)));
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    await askedFor();
    await mailbox.newest(`${waits}@example.com`, 2);
    await console.services.registration.mail.idle();
    expect(mailbox.mails.slice(before).flatMap(({ to }) => to)).toEqual([`${waits}@example.com`]);
  });

  test('does not fill a mailbox, and one machine does not ask for ever', async () => {
    const username = newName();
    const email = `${username}@example.com`;
    await register({ username, email });
    for (let at = 0; at < 12; at += 1) expect((await resend(email)).status).toBe(200);
    await askedFor();
    await console.services.registration.mail.idle();
    const sent = mailbox.mails.filter(({ to }) => to.includes(email));
    expect(sent.length).toBeGreaterThan(1);
    expect(sent.length).toBeLessThanOrEqual(7);

    const browser = stranger();
    const codes: (string | undefined)[] = [];
    for (let at = 0; at < 33; at += 1) codes.push(codeOf(await resend('nobody', browser)));
    expect(codes[0]).toBeUndefined();
    expect(codes.at(-1)).toBe('too_many_tries');
  });

  test('makes room again when its link has run out', async () => {
    const username = newName();
    await register({ username, email: `${username}@example.com` });
    console.clock.advance(86_400_001);
    const again = await register({ username, email: `${username}@example.com` });
    expect(again.answer.data).toEqual({ next: 'confirm' });
  });

  test('waits for an admin where that was decided meanwhile', async () => {
    const username = newName();
    const email = `${username}@example.com`;
    await register({ username, email });
    await save({ mode: 'approval', email: 'confirmed' });
    const { token } = linkIn(await mailbox.newest(email));
    const opened = await stranger().mutate('registration.confirmEmail', { token });
    expect(opened.data).toEqual({ outcome: 'waiting' });
    expect((await userOf(username))?.state).toBe('pending');
  });
});

describe('settings', () => {
  test('nobody gives newcomers a role that allows more than their own', async () => {
    const role = await console.db.role.create({
      data: { id: 'doorkeeper', name: 'Doorkeeper', permissions: ['sign-in.write'] },
    });
    const keeper = await console.signedIn(role.id);
    const wanted = { mode: 'open', email: 'none', domains: [] };
    const more = await keeper.browser.mutate('registration.save', { ...wanted, role: 'operator' });
    expect(more.error?.data).toMatchObject({ appCode: 'forbidden', param: 'role' });
    const none = await keeper.browser.mutate('registration.save', { ...wanted, role: 'nothing' });
    expect(none.error?.data).toMatchObject({ appCode: 'bad_request', param: 'role' });
    const same = await keeper.browser.mutate('registration.save', { ...wanted, role: role.id });
    expect(same.error).toBeUndefined();
    expect(await actionsOn('registration')).toContain('registration.save');
  });

  test.each([
    ['domains without confirmation', { domains: ['example.com'] }],
    ['something that is no domain', { email: 'confirmed', domains: ['exa mple.com'] }],
    ['an address for a domain', { email: 'confirmed', domains: ['a@example.com'] }],
    ['no such mode', { mode: 'wide open' }],
  ])('%s are refused', async (_name, wrong) => {
    const { browser } = await console.signedIn('admin');
    const all = { mode: 'open', email: 'none', domains: [], role: 'member', ...wrong };
    expect(codeOf(await browser.mutate('registration.save', all))).toBe('bad_request');
  });

  test('a test mail arrives, and the state of mail is told', async () => {
    const { browser } = await console.signedIn('admin');
    const to = 'tester@example.com';
    expect((await browser.mutate('registration.testMail', { to })).error).toBeUndefined();
    expect((await mailbox.newest(to)).subject).toBe('A test mail of Gatehouse');
    const state = await browser.query('registration.mail');
    expect(state.data).toMatchObject({ configured: true, hasPublicUrl: false, failures: [] });
  });
});

const ids = ['01890000-0000-7000-8000-000000000000'];
refusalBattery('registration.approve', {
  console: () => console,
  call: (browser) => browser.mutate('registration.approve', { ids }),
});
refusalBattery('registration.decline', {
  console: () => console,
  call: (browser) => browser.mutate('registration.decline', { ids }),
});
refusalBattery('registration.waiting', {
  console: () => console,
  call: (browser) => browser.query('registration.waiting'),
});
refusalBattery('registration.save', {
  console: () => console,
  call: (browser) => browser.mutate('registration.save', { mode: 'open' }),
});
refusalBattery('registration.testMail', {
  console: () => console,
  call: (browser) => browser.mutate('registration.testMail', { to: 'a@example.com' }),
});
refusalBattery('registration.requestEmailChange', {
  console: () => console,
  call: (browser) => browser.mutate('registration.requestEmailChange', { email: 'a@example.com' }),
});
