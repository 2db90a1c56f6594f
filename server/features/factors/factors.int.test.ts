import { generateSync } from 'otplib';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { FactorsView, RecoveryCodes, TotpSetUp } from '#shared/schemas/factors.ts';
import type { Halfway } from '#shared/schemas/sessions.ts';
import type { Browser } from '../../testing/browser.ts';
import { PASSWORD, startConsole, type TestConsole } from '../../testing/console.ts';
import { refusalBattery } from '../../testing/refusals.ts';

const MINUTE_MS = 60_000;
let console: TestConsole;
beforeAll(async () => {
  console = await startConsole();
});
afterAll(() => console[Symbol.asyncDispose]());
// A step of its own for every test: each code is good once.
beforeEach(() => console.clock.advance(5 * MINUTE_MS));

let lastAddress = 0;
function stranger() {
  lastAddress += 1;
  return console.browser({ address: `10.9.${lastAddress >> 8}.${lastAddress & 255}` });
}

const codeNow = (secret: string, steps = 0) =>
  generateSync({ secret, epoch: console.clock.now() / 1_000 + steps * 30 });

async function setUpTotp(browser: Browser) {
  const { secret } = (await browser.mutate('factors.beginTotp')).data as TotpSetUp;
  const answer = await browser.mutate('factors.confirmTotp', { code: codeNow(secret) });
  const { codes } = answer.data as RecoveryCodes;
  console.clock.advance(MINUTE_MS);
  return { secret, codes };
}

/** Somebody with an app, and what signs them in. */
async function withTotp(role: 'member' | 'admin' = 'member') {
  const person = await console.signedIn(role);
  return { ...person, ...(await setUpTotp(person.browser)) };
}

async function ticketOf(browser: Browser, username: string): Promise<Halfway> {
  const { data } = await browser.mutate('sessions.signIn', { username, password: PASSWORD });
  return data as Halfway;
}

const prove = (browser: Browser, ticket: string, proof: object) =>
  browser.mutate('sessions.proveSecondFactor', { ticket, proof });

describe('setting an app up', () => {
  test('asks for nothing at sign-in until a code was right', async () => {
    const { browser, username } = await console.signedIn();
    const { secret, address } = (await browser.mutate('factors.beginTotp')).data as TotpSetUp;
    expect(address).toContain(`secret=${secret}`);
    const wrong = await browser.mutate('factors.confirmTotp', { code: codeNow(secret, 9) });
    expect(wrong.error?.data).toMatchObject({ appCode: 'bad_request', param: 'code' });
    const signIn = await stranger().mutate('sessions.signIn', { username, password: PASSWORD });
    expect(signIn.data).toMatchObject({ username });
  });

  test('gives ten recovery codes, and keeps neither them nor the secret in the clear', async () => {
    const { browser, id, codes, secret } = await withTotp();
    expect(codes).toHaveLength(10);
    const mine = (await browser.query('factors.mine')).data as FactorsView;
    expect(mine).toMatchObject({ totpSince: expect.any(String), recoveryCodesLeft: 10 });
    const kept = JSON.stringify([
      await console.db.totp.findMany({ where: { userId: id }, select: { secret: true } }),
      await console.db.recoveryCode.findMany({ where: { userId: id } }),
    ]);
    expect(kept).not.toContain(secret);
    for (const code of codes) expect(kept).not.toContain(code);
  });

  test('cannot be done over one that is on', async () => {
    const { browser } = await withTotp();
    expect((await browser.mutate('factors.beginTotp')).error?.data.appCode).toBe('conflict');
    const again = await browser.mutate('factors.confirmTotp', { code: '000000' });
    expect(again.error?.data.appCode).toBe('conflict');
  });
});

describe('sign-in with an app', () => {
  test('asks for a code after the password, opens no session before it, and one after', async () => {
    const { username, secret, id } = await withTotp();
    const before = await console.db.session.count({ where: { userId: id } });
    const browser = stranger();
    const halfway = await ticketOf(browser, username);
    expect(halfway).toEqual({
      next: 'second-factor',
      ticket: expect.any(String),
      methods: ['totp', 'recovery'],
    });
    expect(browser.cookie()).toBeNull();
    expect(await console.db.session.count({ where: { userId: id } })).toBe(before);
    const proof = { by: 'code', code: codeNow(secret) };
    const answer = await prove(browser, halfway.ticket, proof);
    expect(answer.data).toMatchObject({ id, username });
    expect((await browser.query('sessions.me')).data).toMatchObject({ id });
    const rows = await console.db.pendingProof.findMany();
    expect(JSON.stringify(rows)).not.toContain(halfway.ticket);
  });

  test('says nothing of a second factor before the password was right', async () => {
    const [plain, safe] = [await console.signedIn(), await withTotp()];
    const texts = await Promise.all(
      [plain.username, safe.username, 'nobody-at-all'].map(async (username) => {
        const answer = await stranger().mutate('sessions.signIn', { username, password: 'wrong' });
        return answer.text.replace(/"requestId":"[^"]*"/, '');
      }),
    );
    expect(new Set(texts).size).toBe(1);
  });

  test('takes no code twice, nor one of an earlier step', async () => {
    const { username, secret } = await withTotp();
    const [earlier, code] = [codeNow(secret, -1), codeNow(secret)];
    const first = await ticketOf(stranger(), username);
    expect((await prove(stranger(), first.ticket, { by: 'code', code })).status).toBe(200);
    for (const used of [code, earlier]) {
      const { ticket } = await ticketOf(stranger(), username);
      const again = await prove(stranger(), ticket, { by: 'code', code: used });
      expect(again.error?.data).toMatchObject({ appCode: 'bad_request', param: 'proof.code' });
    }
  });

  test('of two at once with one code, one wins', async () => {
    const { username, secret } = await withTotp();
    const tickets = await Promise.all([1, 2].map(() => ticketOf(stranger(), username)));
    const proof = { by: 'code', code: codeNow(secret) };
    const answers = await Promise.all(
      tickets.map(({ ticket }) => prove(stranger(), ticket, proof)),
    );
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
  });

  test('takes no ticket twice, but lets a wrong code be typed anew', async () => {
    const { username, secret } = await withTotp();
    const { ticket } = await ticketOf(stranger(), username);
    const wrong = await prove(stranger(), ticket, { by: 'code', code: codeNow(secret, 7) });
    expect(wrong.error?.data.appCode).toBe('bad_request');
    const right = await prove(stranger(), ticket, { by: 'code', code: codeNow(secret) });
    expect(right.status).toBe(200);
    const again = await prove(stranger(), ticket, { by: 'code', code: codeNow(secret, 1) });
    expect(again.error?.data.appCode).toBe('not_found');
  });

  test.each<[string, (id: string) => Promise<unknown> | unknown]>([
    ['five minutes have gone by', () => console.clock.advance(5 * MINUTE_MS)],
    [
      'the password was changed',
      (id) => console.db.user.update({ where: { id }, data: { passwordHash: 'another' } }),
    ],
    [
      'the person was disabled',
      (id) => console.db.user.update({ where: { id }, data: { state: 'disabled' } }),
    ],
  ])('takes no ticket once %s', async (_, happens) => {
    const { username, secret, id } = await withTotp();
    const { ticket } = await ticketOf(stranger(), username);
    await happens(id);
    const late = await prove(stranger(), ticket, { by: 'code', code: codeNow(secret) });
    expect(late.error?.data.appCode).toBe('not_found');
    expect(late.headers.get('set-cookie')).toBeNull();
  });

  test('locks after five wrong codes, also for the right one and wherever from', async () => {
    const { username, secret } = await withTotp();
    const { ticket } = await ticketOf(stranger(), username);
    for (let i = 0; i < 5; i += 1) {
      const wrong = await prove(stranger(), ticket, { by: 'code', code: codeNow(secret, 9) });
      expect(wrong.error?.data.appCode).toBe('bad_request');
    }
    const locked = await prove(stranger(), ticket, { by: 'code', code: codeNow(secret) });
    expect(locked.error?.data.appCode).toBe('too_many_tries');
  });

  test('takes a recovery code once, in any writing', async () => {
    const { username, codes, browser: first } = await withTotp();
    const code = (codes[0] ?? '').toUpperCase().replaceAll('-', ' ');
    for (const expected of [200, 400]) {
      const { ticket } = await ticketOf(stranger(), username);
      const answer = await prove(stranger(), ticket, { by: 'recovery', code });
      expect(answer.status).toBe(expected);
    }
    expect((await first.query('factors.mine')).data).toMatchObject({ recoveryCodesLeft: 9 });
  });

  test("takes no recovery code of somebody else's", async () => {
    const [ada, ben] = [await withTotp(), await withTotp()];
    const { ticket } = await ticketOf(stranger(), ada.username);
    const answer = await prove(stranger(), ticket, { by: 'recovery', code: ben.codes[0] });
    expect(answer.error?.data.appCode).toBe('bad_request');
  });

  test('a link for a new password does not stand in for the code', async () => {
    const admin = await console.signedIn('admin');
    const { id, secret } = await withTotp();
    const link = await admin.browser.mutate('users.resetPassword', { id });
    const token = (link.data as { path: string }).path.split('#')[1];
    const browser = stranger();
    const accept = { token, password: 'a new password of theirs' };
    const { data } = await browser.mutate('users.acceptInvite', accept);
    expect(data).toMatchObject({ next: 'second-factor' });
    expect(browser.cookie()).toBeNull();
    const proof = { by: 'code', code: codeNow(secret) };
    expect((await prove(browser, (data as Halfway).ticket, proof)).status).toBe(200);
  });
});

describe('step-up', () => {
  const stale = async (browser: Browser) => {
    console.clock.advance(10 * MINUTE_MS);
    return browser;
  };

  test('is needed ten minutes after the sign-in, and lasts ten minutes', async () => {
    const { browser } = await console.signedIn();
    console.clock.advance(10 * MINUTE_MS - 1);
    expect((await browser.mutate('factors.beginTotp')).status).toBe(200);
    console.clock.advance(1);
    const refused = await browser.mutate('factors.beginTotp');
    expect(refused.error?.data).toMatchObject({ appCode: 'step_up_needed', httpStatus: 403 });
    const proof = { by: 'password', password: PASSWORD };
    expect((await browser.mutate('sessions.stepUp', { proof })).status).toBe(200);
    expect((await browser.mutate('factors.beginTotp')).status).toBe(200);
    console.clock.advance(10 * MINUTE_MS);
    expect((await browser.mutate('factors.beginTotp')).error?.data.appCode).toBe('step_up_needed');
  });

  test('counts for the session it was made in only', async () => {
    const { browser, username } = await console.signedIn();
    const other = stranger();
    await other.mutate('sessions.signIn', { username, password: PASSWORD });
    await stale(browser);
    const proof = { by: 'password', password: PASSWORD };
    await browser.mutate('sessions.stepUp', { proof });
    expect((await other.mutate('factors.beginTotp')).error?.data.appCode).toBe('step_up_needed');
  });

  test('takes the password only of those who have no second factor', async () => {
    const { browser, secret } = await withTotp();
    await stale(browser);
    const byPassword = { proof: { by: 'password', password: PASSWORD } };
    const refused = await browser.mutate('sessions.stepUp', byPassword);
    expect(refused.error?.data).toMatchObject({ appCode: 'bad_request', param: 'proof.by' });
    const proof = { by: 'code', code: codeNow(secret) };
    expect((await browser.mutate('sessions.stepUp', { proof })).status).toBe(200);
    expect((await browser.mutate('factors.turnTotpOff')).status).toBe(200);
    expect((await browser.query('factors.mine')).data).toMatchObject({
      totpSince: null,
      recoveryCodesLeft: 0,
    });
  });

  test('locks after five wrong passwords', async () => {
    const { browser } = await console.signedIn();
    const codes: (string | undefined)[] = [];
    for (let i = 0; i < 6; i += 1) {
      const proof = { by: 'password', password: `no ${i}` };
      codes.push((await browser.mutate('sessions.stepUp', { proof })).error?.data.appCode);
    }
    expect(codes).toEqual([...Array<string>(5).fill('bad_request'), 'too_many_tries']);
  });

  test('stands before everything that weighs more', async () => {
    const { browser, secret } = await withTotp('admin');
    const { id } = await console.signedIn();
    await stale(browser);
    const weighty: [string, object?][] = [
      ['factors.beginTotp'],
      ['factors.confirmTotp', { code: codeNow(secret) }],
      ['factors.turnTotpOff'],
      ['factors.renewRecoveryCodes'],
      ['factors.askNewPasskey'],
      ['factors.deletePasskey', { id }],
      ['sessions.changePassword', { current: PASSWORD, next: 'another long password' }],
      ['users.update', { id, role: 'admin' }],
      ['users.resetPassword', { id }],
      ['users.removeFactors', { id }],
    ];
    for (const [path, input] of weighty) {
      const answer = await browser.mutate(path, input);
      expect([path, answer.error?.data.appCode]).toEqual([path, 'step_up_needed']);
    }
    const light = await browser.mutate('users.update', { id, displayName: 'New', role: 'member' });
    expect(light.status).toBe(200);
  });

  test('new recovery codes end the old ones', async () => {
    const { browser, username, codes } = await withTotp();
    const fresh = (await browser.mutate('factors.renewRecoveryCodes')).data as RecoveryCodes;
    const { ticket } = await ticketOf(stranger(), username);
    const old = await prove(stranger(), ticket, { by: 'recovery', code: codes[0] });
    expect(old.error?.data.appCode).toBe('bad_request');
    const now = await prove(stranger(), ticket, { by: 'recovery', code: fresh.codes[0] });
    expect(now.status).toBe(200);
  });
});

describe('users.removeFactors', () => {
  test('takes everything away, ends the sessions, and the password is enough again', async () => {
    const admin = await console.signedIn('admin');
    const lost = await withTotp();
    const listed = (
      (await admin.browser.query('users.list', { limit: 200 })).data as { rows: { id: string }[] }
    ).rows;
    expect(listed.find(({ id }) => id === lost.id)).toMatchObject({ secondFactor: true });
    const answer = await admin.browser.mutate('users.removeFactors', { id: lost.id });
    expect(answer.data).toMatchObject({ id: lost.id, secondFactor: false, passkeys: 0 });
    expect((await lost.browser.query('sessions.me')).data).toBeNull();
    const { username } = lost;
    const signIn = await stranger().mutate('sessions.signIn', { username, password: PASSWORD });
    expect(signIn.data).toMatchObject({ username });
  });

  test('is not for oneself', async () => {
    const { browser, id } = await console.signedIn('admin');
    const answer = await browser.mutate('users.removeFactors', { id });
    expect(answer.error?.data.appCode).toBe('conflict');
  });

  refusalBattery('users.removeFactors', {
    console: () => console,
    call: (browser) =>
      browser.mutate('users.removeFactors', { id: '0197f1c0-0000-7000-8000-000000000000' }),
  });
});

test.each([
  {},
  { ticket: '', proof: {} },
  { ticket: 'x'.repeat(300), proof: { by: 'code', code: '000000' } },
  { ticket: 'x', proof: { by: 'magic' } },
  { ticket: 'x', proof: { by: 'code', code: 123456 } },
  { ticket: 'x', proof: { by: 'code', code: '00000a' } },
  { ticket: 'x', proof: { by: 'passkey', answer: { id: '../', response: null } } },
  { ticket: 'unknown', proof: { by: 'code', code: '000000' } },
])('a second step of %j is refused', async (input) => {
  const answer = await stranger().mutate('sessions.proveSecondFactor', input);
  expect([400, 404]).toContain(answer.status);
});
