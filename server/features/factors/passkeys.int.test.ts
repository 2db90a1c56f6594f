import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { FactorsView, PasskeyAnswer } from '#shared/schemas/factors.ts';
import { type Browser, createBrowser } from '../../testing/browser.ts';
import { PASSWORD, startConsole, type TestConsole } from '../../testing/console.ts';
import { type AnswerWish, type SoftPasskey, softPasskey } from '../../testing/soft-passkey.ts';
import { createFactorsRepo } from './index.ts';

const MINUTE_MS = 60_000;
let console: TestConsole;
let origin: string;
beforeAll(async () => {
  console = await startConsole();
  // Passkeys belong to a name: browsers have none for 127.0.0.1.
  origin = console.origin.replace('127.0.0.1', 'localhost');
});
afterAll(() => console[Symbol.asyncDispose]());

let lastAddress = 0;
function stranger(at = origin): Browser {
  lastAddress += 1;
  return createBrowser(at, { address: `10.8.${lastAddress >> 8}.${lastAddress & 255}` });
}

async function signedIn() {
  const user = await console.addUser();
  const browser = stranger();
  const { username } = user;
  await browser.mutate('sessions.signIn', { username, password: PASSWORD });
  return { ...user, browser };
}

const challengeOf = async (browser: Browser, path: string, input?: object) =>
  ((await browser.mutate(path, input)).data as { challenge: string }).challenge;

async function register(browser: Browser, key: SoftPasskey, wish: Partial<AnswerWish> = {}) {
  const challenge = await challengeOf(browser, 'factors.askNewPasskey');
  const answer = key.made({ challenge, origin, ...wish });
  return await browser.mutate('factors.addPasskey', { name: 'laptop', answer });
}

async function withPasskey() {
  const person = await signedIn();
  const key = softPasskey();
  const added = await register(person.browser, key);
  expect(added.status, added.text).toBe(200);
  const userHandle = Buffer.from(person.id.replaceAll('-', ''), 'hex').toString('base64url');
  return { ...person, key, userHandle };
}

/** Asks, answers, and sends the answer. */
async function signInWith(
  key: SoftPasskey,
  { browser = stranger(), ...wish }: Partial<AnswerWish> & { browser?: Browser } = {},
) {
  const challenge = await challengeOf(browser, 'sessions.askPasskey');
  const answer = key.answer({ challenge, origin, ...wish });
  return { browser, answer, sent: await send(browser, answer) };
}

const send = (browser: Browser, answer: PasskeyAnswer) =>
  browser.mutate('sessions.signInWithPasskey', { answer });

describe('a passkey', () => {
  test('is for this host, has to be unlocked, and is listed without its key', async () => {
    const { browser } = await signedIn();
    const options = (await browser.mutate('factors.askNewPasskey')).data;
    expect(options).toMatchObject({
      rp: { id: 'localhost' },
      attestation: 'none',
      authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
    });
    await register(browser, softPasskey());
    const { passkeys } = (await browser.query('factors.mine')).data as FactorsView;
    expect(passkeys).toEqual([
      {
        id: expect.any(String),
        name: 'laptop',
        backedUp: false,
        lastUsedAt: null,
        createdAt: expect.any(String),
      },
    ]);
  });

  test.each<[string, Partial<AnswerWish>]>([
    ['was made for pages elsewhere', { origin: 'https://evil.example', rpId: 'localhost' }],
    ['was made for another host', { rpId: 'evil.example' }],
    ['was made for another challenge', { challenge: 'AAAA' }],
    ['was not unlocked', { verified: false }],
  ])('is not taken when it %s', async (_, wish) => {
    const { browser } = await signedIn();
    const refused = await register(browser, softPasskey(), wish);
    expect(refused.error?.data.appCode).toBe('passkey_refused');
    expect((await browser.query('factors.mine')).data).toMatchObject({ passkeys: [] });
  });

  test('is not taken twice, nor by somebody else, nor with a challenge of another session', async () => {
    const { browser, key } = await withPasskey();
    expect((await register(browser, key)).error?.data.appCode).toBe('conflict');
    const other = await signedIn();
    expect((await register(other.browser, key)).error?.data.appCode).toBe('conflict');
    const challenge = await challengeOf(browser, 'factors.askNewPasskey');
    const answer = softPasskey().made({ challenge, origin });
    const foreign = await other.browser.mutate('factors.addPasskey', { name: 'x', answer });
    expect(foreign.error?.data.appCode).toBe('passkey_refused');
  });

  test('cannot be made at an address without a name', async () => {
    const { browser } = await console.signedIn();
    const refused = await browser.mutate('factors.askNewPasskey');
    expect(refused.error?.data.appCode).toBe('bad_request');
    expect(refused.error?.message).toContain('host name');
  });

  test('is renamed and deleted by its owner only', async () => {
    const { browser, key } = await withPasskey();
    const { passkeys } = (await browser.query('factors.mine')).data as FactorsView;
    const id = passkeys[0]?.id;
    const other = await signedIn();
    for (const [path, input] of [
      ['factors.renamePasskey', { id, name: 'mine' }],
      ['factors.deletePasskey', { id }],
    ] as const) {
      expect((await other.browser.mutate(path, input)).error?.data.appCode).toBe('not_found');
      expect((await browser.mutate(path, input)).status).toBe(200);
    }
    const { sent } = await signInWith(key);
    expect(sent.error?.data.appCode).toBe('passkey_refused');
  });

  test('is kept while its person has no other way in', async () => {
    const { browser, id: userId } = await withPasskey();
    await console.db.user.update({ where: { id: userId }, data: { passwordHash: null } });
    await console.db.identityProvider.create({
      data: { id: 'club', name: 'Club', enabled: false, clientId: 'c', settings: {} },
    });
    const at = { id: randomUUID(), providerId: 'club', subject: '1', userId };
    await console.db.identity.create({ data: at });
    const removed = async () => {
      const { passkeys } = (await browser.query('factors.mine')).data as FactorsView;
      const gone = await browser.mutate('factors.deletePasskey', { id: passkeys[0]?.id });
      return gone.error?.data.appCode ?? gone.status;
    };
    // The service is off, and lets nobody in.
    expect(await removed()).toBe('conflict');
    await register(browser, softPasskey());
    expect(await removed()).toBe(200);
    expect(await removed()).toBe('conflict');
    expect(await console.db.passkey.count({ where: { userId } })).toBe(1);
    await console.db.identityProvider.update({ where: { id: 'club' }, data: { enabled: true } });
    expect(await removed()).toBe(200);
    const noted = { action: 'factors.deletePasskey', actorId: userId };
    expect(await console.db.auditEvent.count({ where: noted })).toBe(2);
  });

  test('is kept once when its person deletes two at the same time', async () => {
    const { browser, id: userId } = await withPasskey();
    await register(browser, softPasskey());
    await console.db.user.update({ where: { id: userId }, data: { passwordHash: null } });
    const { passkeys } = (await browser.query('factors.mine')).data as FactorsView;
    const gone = await Promise.all(
      passkeys.map(({ id }) => browser.mutate('factors.deletePasskey', { id })),
    );
    expect(gone.map(({ status }) => status).sort()).toEqual([200, 409]);
    expect(await console.db.passkey.count({ where: { userId } })).toBe(1);
  });
});

describe('sign-in with a passkey', () => {
  test('needs no name and no password, and is complete', async () => {
    const { key, id, username, userHandle } = await withPasskey();
    const { sent, browser } = await signInWith(key, { userHandle });
    expect(sent.data).toMatchObject({ id, username });
    expect(sent.headers.getSetCookie().join()).toMatch(/gatehouse_proof=; Path=\/trpc; Max-Age=0/);
    expect((await browser.query('sessions.me')).data).toMatchObject({ id });
    const [passkey] = await console.db.passkey.findMany({ where: { userId: id } });
    expect(passkey?.lastUsedAt?.getTime()).toBe(console.clock.now());
  });

  test.each<[string, Partial<AnswerWish>]>([
    ['was given to pages elsewhere', { origin: 'https://evil.example', rpId: 'localhost' }],
    ['was given for another host', { rpId: 'evil.example' }],
    ['was given to another challenge', { challenge: 'AAAA' }],
    ['came without unlocking', { verified: false }],
    ['names another person', { userHandle: 'AAAAAAAAAAAAAAAAAAAAAA' }],
  ])('is refused when the answer %s', async (_, wish) => {
    const { key } = await withPasskey();
    const { sent, browser } = await signInWith(key, wish);
    expect(sent.error?.data.appCode).toBe('passkey_refused');
    expect(browser.cookie()).toBeNull();
  });

  test('is refused to a key that is not known, and to a forged signature', async () => {
    const { key } = await withPasskey();
    expect((await signInWith(softPasskey())).sent.error?.data.appCode).toBe('passkey_refused');
    const browser = stranger();
    const challenge = await challengeOf(browser, 'sessions.askPasskey');
    const forged = { ...softPasskey().answer({ challenge, origin }), id: key.id, rawId: key.id };
    expect((await send(browser, forged)).error?.data.appCode).toBe('passkey_refused');
  });

  test('takes no answer twice, none from another browser, and none after five minutes', async () => {
    const { key } = await withPasskey();
    const { answer, browser, sent } = await signInWith(key);
    expect(sent.status).toBe(200);
    expect((await send(browser, answer)).error?.data.appCode).toBe('passkey_refused');

    const asked = stranger();
    const challenge = await challengeOf(asked, 'sessions.askPasskey');
    const caught = key.answer({ challenge, origin });
    expect((await send(stranger(), caught)).error?.data.appCode).toBe('passkey_refused');
    console.clock.advance(5 * MINUTE_MS);
    expect((await send(asked, caught)).error?.data.appCode).toBe('passkey_refused');
  });

  test('is refused once the counter goes back: a copy of the key is about', async () => {
    const { key } = await withPasskey();
    expect((await signInWith(key, { counter: 7 })).sent.status).toBe(200);
    for (const counter of [7, 6, 0]) {
      const { sent } = await signInWith(key, { counter });
      expect(sent.error?.data.appCode).toBe('passkey_refused');
    }
    expect((await signInWith(key, { counter: 8 })).sent.status).toBe(200);
  });

  test('of two answers with one counter at once, the database takes one', async () => {
    const { id } = await withPasskey();
    const { id: passkey } = await console.db.passkey.findFirstOrThrow({ where: { userId: id } });
    const repo = createFactorsRepo(console.db);
    const note = (counter: bigint) => repo.notePasskey(passkey, counter, new Date(0));
    expect((await Promise.all([note(9n), note(9n)])).sort()).toEqual([false, true]);
    expect(await note(8n)).toBe(false);
    // A device that does not count says 0 always; one that counted before does not go back to it.
    expect(await note(0n)).toBe(false);
    expect(await note(10n)).toBe(true);
    const row = await console.db.passkey.findUniqueOrThrow({ where: { id: passkey } });
    expect(row).toMatchObject({ counter: 10n, lastUsedAt: new Date(0) });
  });

  test('is refused to a disabled person, and to one whose password was reset', async () => {
    const { key, id } = await withPasskey();
    const admin = await console.signedIn('admin');
    expect((await admin.browser.mutate('users.resetPassword', { id })).status).toBe(200);
    expect((await signInWith(key)).sent.error?.data.appCode).toBe('passkey_refused');
    await console.db.user.update({ where: { id }, data: { state: 'disabled' } });
    expect((await signInWith(key)).sent.error?.data.appCode).toBe('user_disabled');
  });

  test('cannot be asked for without end from one address', async () => {
    const browser = stranger();
    const codes: (string | undefined)[] = [];
    for (let i = 0; i < 31; i += 1) {
      codes.push((await browser.mutate('sessions.askPasskey')).error?.data.appCode);
    }
    expect(codes.at(-1)).toBe('too_many_tries');
    expect(codes.filter(Boolean)).toHaveLength(1);
  });
});

describe('step-up with a passkey', () => {
  async function stepUp(browser: Browser, key: SoftPasskey) {
    const challenge = await challengeOf(browser, 'sessions.askStepUp');
    const proof = { by: 'passkey', answer: key.answer({ challenge, origin }) };
    return { proof, answer: await browser.mutate('sessions.stepUp', { proof }) };
  }

  test('renews the proof once', async () => {
    const { browser, key } = await withPasskey();
    console.clock.advance(10 * MINUTE_MS);
    expect((await browser.mutate('factors.askNewPasskey')).status).toBe(403);
    const { answer, proof } = await stepUp(browser, key);
    expect(answer.status).toBe(200);
    expect((await browser.mutate('factors.askNewPasskey')).status).toBe(200);
    const again = await browser.mutate('sessions.stepUp', { proof });
    expect(again.error?.data.appCode).toBe('passkey_refused');
  });

  test("is refused to somebody else's passkey, good as it is", async () => {
    const [ada, ben] = [await withPasskey(), await withPasskey()];
    console.clock.advance(10 * MINUTE_MS);
    const { answer } = await stepUp(ada.browser, ben.key);
    expect(answer.error?.data.appCode).toBe('passkey_refused');
    expect((await ada.browser.mutate('factors.askNewPasskey')).status).toBe(403);
  });
});

test('PUBLIC_URL says for which host passkeys are, whatever the request calls it', async () => {
  await using own = await startConsole({ publicUrl: 'https://gate.example' });
  const { username } = await own.addUser();
  const browser = own.browser();
  const ours = { origin: 'https://gate.example' };
  await browser.mutate('sessions.signIn', { username, password: PASSWORD }, ours);
  const { data } = await browser.mutate('factors.askNewPasskey', undefined, ours);
  expect(data).toMatchObject({ rp: { id: 'gate.example' } });
});
