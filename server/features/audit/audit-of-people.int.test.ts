import { generateSync } from 'otplib';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { AuditAction, AuditRow } from '#shared/schemas/audit.ts';
import type { TotpSetUp } from '#shared/schemas/factors.ts';
import type { KeyCreated } from '#shared/schemas/keys.ts';
import type { Halfway } from '#shared/schemas/sessions.ts';
import { type Browser, createBrowser } from '../../testing/browser.ts';
import { PASSWORD, startConsole, type TestConsole } from '../../testing/console.ts';
import { keysOf } from '../../testing/key-replicas.ts';
import { softPasskey } from '../../testing/soft-passkey.ts';
import { toView } from './audit.service.ts';

let console: TestConsole;
let origin: string;
/** Far more than it takes: what is not waited for is written behind the answer. */
const SOON = { timeout: 30_000 };
beforeAll(async () => {
  console = await startConsole({
    features: (base) => ({
      keys: keysOf(base, { forgetKeys: () => undefined }),
    }),
  });
  // Passkeys belong to a name: browsers have none for 127.0.0.1.
  origin = console.origin.replace('127.0.0.1', 'localhost');
});
afterAll(() => console[Symbol.asyncDispose]());
// A step of its own for every test: each code is good once.
beforeEach(() => console.clock.advance(300_000));

let lastAddress = 0;
function stranger(): Browser {
  lastAddress += 1;
  return createBrowser(origin, { address: `10.7.${lastAddress >> 8}.${lastAddress & 255}` });
}

async function rows(): Promise<AuditRow[]> {
  return (await console.db.auditEvent.findMany({ orderBy: { seq: 'asc' } })).map(toView);
}

/** What `work` wrote, oldest first, once it is so many rows: what failed is not waited for. */
async function written(most: number, work: () => Promise<unknown>): Promise<AuditRow[]> {
  const before = (await rows()).length;
  await work();
  await expect.poll(async () => (await rows()).length - before, SOON).toBe(most);
  return (await rows()).slice(before);
}

const actions = (found: readonly AuditRow[]) => found.map(({ action }) => action);
const changed = (row: AuditRow | undefined) => [row?.change.before, row?.change.after];

async function make(browser: Browser, name: string): Promise<KeyCreated> {
  return (await browser.mutate('keys.create', { name })).data as KeyCreated;
}

describe('keys', () => {
  test('what is done with one leaves a row each, without the secret', async () => {
    const { browser, username } = await console.signedIn();
    const secrets: string[] = [];
    const found = await written(6, async () => {
      const { key, secret } = await make(browser, 'ci');
      const { id } = key;
      await browser.mutate('keys.update', { id, rpm: 5 });
      await browser.mutate('keys.update', { id, rpm: 5 });
      await browser.mutate('keys.switch', { ids: [id], on: false });
      const rotated = await browser.mutate('keys.rotate', { id, overlapMinutes: 60 });
      secrets.push(secret, (rotated.data as KeyCreated).secret);
      await browser.mutate('keys.endOverlap', { id });
      await browser.mutate('keys.revoke', { id });
      await browser.mutate('keys.revoke', { id });
    });
    expect(actions(found)).toEqual([
      'keys.create',
      'keys.update',
      'keys.switch',
      'keys.rotate',
      'keys.endOverlap',
      'keys.revoke',
    ] satisfies AuditAction[]);
    expect(found[0]).toMatchObject({ actorName: username, targetName: `ci (${username})` });
    expect(changed(found[1])).toEqual([{ rpm: null }, { rpm: 5 }]);
    expect(changed(found[2])).toEqual([{ on: true }, { on: false }]);
    expect(changed(found[5])).toEqual([{ revoked: false }, { revoked: true }]);
    for (const secret of secrets) expect(JSON.stringify(found)).not.toContain(secret);
  });

  test('of many at once each has its row; those of others have none', async () => {
    const { browser } = await console.signedIn();
    const other = await console.signedIn();
    const keys = [await make(browser, 'one'), await make(browser, 'two')];
    const foreign = await make(other.browser, 'foreign');
    const ids = [...keys, foreign].map(({ key }) => key.id);
    const found = await written(2, () => browser.mutate('keys.revokeMany', { ids }));
    expect(found.map(({ targetId }) => targetId).sort()).toEqual(ids.slice(0, 2).sort());
    expect(await written(0, () => browser.mutate('keys.revokeMany', { ids }))).toEqual([]);
  });
});

describe('signing in', () => {
  test('in, proved, out: with what, in which session', async () => {
    const { id, username } = await console.addUser();
    const browser = stranger();
    const found = await written(3, async () => {
      await browser.mutate('sessions.signIn', { username, password: PASSWORD });
      await browser.mutate('sessions.stepUp', { proof: { by: 'password', password: PASSWORD } });
      await browser.mutate('sessions.signOut');
    });
    expect(actions(found)).toEqual(['sessions.signIn', 'sessions.stepUp', 'sessions.signOut']);
    expect(found[0]).toMatchObject({ actorId: id, targetKind: 'session', targetName: username });
    expect(found[0]?.change.after).toMatchObject({ by: 'password' });
    expect(new Set(found.map(({ targetId }) => targetId)).size).toBe(1);
    const { lastSignInAt } = await console.db.user.findUniqueOrThrow({ where: { id } });
    expect(lastSignInAt?.getTime()).toBe(console.clock.now());
  });

  test('a new password is told as that, not as a sign-in', async () => {
    const { browser, id } = await console.signedIn();
    const { lastSignInAt } = await console.db.user.findUniqueOrThrow({ where: { id } });
    console.clock.advance(1_000);
    const change = { current: PASSWORD, next: 'a quite different phrase' };
    const found = await written(1, () => browser.mutate('sessions.changePassword', change));
    expect(actions(found)).toEqual(['sessions.changePassword']);
    expect(JSON.stringify(found)).not.toMatch(/correct horse|quite different/);
    const after = await console.db.user.findUniqueOrThrow({ where: { id } });
    expect(after.lastSignInAt).toEqual(lastSignInAt);
  });

  test('ending another of one’s own sessions', async () => {
    const { browser, username } = await console.signedIn();
    await stranger().mutate('sessions.signIn', { username, password: PASSWORD });
    const list = (await browser.query('sessions.list')).data as { id: string; current: boolean }[];
    const id = list.find(({ current }) => !current)?.id;
    const [row] = await written(1, () => browser.mutate('sessions.end', { id }));
    expect(row).toMatchObject({ action: 'sessions.end', targetId: id });
  });

  test('by a code, a recovery code and a passkey, and each change of them', async () => {
    const { username } = await console.addUser();
    const browser = stranger();
    await browser.mutate('sessions.signIn', { username, password: PASSWORD });
    const code = (secret: string) => generateSync({ secret, epoch: console.clock.now() / 1_000 });
    const { secret } = (await browser.mutate('factors.beginTotp')).data as TotpSetUp;
    const key = softPasskey();
    let codes: string[] = [];
    const made = await written(4, async () => {
      const on = await browser.mutate('factors.confirmTotp', { code: code(secret) });
      codes = (on.data as { codes: string[] }).codes;
      const asked = (await browser.mutate('factors.askNewPasskey')).data as { challenge: string };
      const answer = key.made({ challenge: asked.challenge, origin });
      await browser.mutate('factors.addPasskey', { name: 'phone', answer });
      const { passkeys } = (await browser.query('factors.mine')).data as {
        passkeys: { id: string }[];
      };
      const id = passkeys[0]?.id;
      await browser.mutate('factors.renamePasskey', { id, name: 'new phone' });
      await browser.mutate('factors.renamePasskey', { id, name: 'new phone' });
      const renewed = await browser.mutate('factors.renewRecoveryCodes');
      codes = [...codes, ...(renewed.data as { codes: string[] }).codes];
    });
    expect(actions(made)).toEqual([
      'factors.confirmTotp',
      'factors.addPasskey',
      'factors.renamePasskey',
      'factors.renewRecoveryCodes',
    ] satisfies AuditAction[]);
    expect(changed(made[2])).toEqual([{ passkey: 'phone' }, { passkey: 'new phone' }]);

    console.clock.advance(60_000);
    const signedIn = await written(4, async () => {
      for (const proof of [
        { by: 'code', code: '000000' },
        { by: 'code', code: code(secret) },
        { by: 'recovery', code: codes.at(-1) },
      ]) {
        const visitor = stranger();
        const asked = await visitor.mutate('sessions.signIn', { username, password: PASSWORD });
        const { ticket } = asked.data as Halfway;
        await visitor.mutate('sessions.proveSecondFactor', { ticket, proof });
      }
      const visitor = stranger();
      const { challenge } = (await visitor.mutate('sessions.askPasskey')).data as {
        challenge: string;
      };
      const answer = key.answer({ challenge, origin });
      await visitor.mutate('sessions.signInWithPasskey', { answer });
    });
    const told = signedIn.map(({ action, change }) => [action, change.after?.['by']]);
    expect(told.sort()).toEqual([
      ['sessions.signIn', 'code'],
      ['sessions.signIn', 'passkey'],
      ['sessions.signIn', 'recovery'],
      ['sessions.signInFailed', 'code'],
    ]);

    const gone = await written(2, async () => {
      const { passkeys } = (await browser.query('factors.mine')).data as {
        passkeys: { id: string }[];
      };
      await browser.mutate('factors.deletePasskey', { id: passkeys[0]?.id });
      await browser.mutate('factors.turnTotpOff');
      await browser.mutate('factors.turnTotpOff');
    });
    expect(actions(gone)).toEqual(['factors.deletePasskey', 'factors.turnTotpOff']);
    const text = JSON.stringify([made, signedIn, gone]);
    for (const one of [secret, ...codes]) expect(text).not.toContain(one);
  });
});

describe('sign-ins that fail', () => {
  const tries = (names: readonly string[], browser: () => Browser) => () =>
    Promise.all(
      names.map((username) =>
        browser().mutate('sessions.signIn', { username, password: 'not the password' }),
      ),
    );

  test('of somebody are told with their name, which is never what was typed', async () => {
    const { id, username } = await console.addUser();
    const [row, ...more] = await written(1, tries([username], stranger));
    expect(more).toEqual([]);
    expect(row).toMatchObject({
      action: 'sessions.signInFailed',
      actorId: null,
      targetKind: 'user',
      targetId: id,
    });
    expect(changed(row)).toEqual([null, { by: 'password', why: 'wrong' }]);
    expect(JSON.stringify(row)).not.toContain('not the password');
  });

  test('under a name that is nobody’s are told once an hour and address, without it', async () => {
    const from = stranger();
    const names = ['my-secret-passphrase', 'another-slip'];
    const [row, ...more] = await written(
      1,
      tries(names, () => from),
    );
    expect(more).toEqual([]);
    expect(row).toMatchObject({ targetKind: 'session', targetId: '', targetName: '' });
    expect(JSON.stringify(row)).not.toMatch(/secret-passphrase|another-slip/);
  });

  test('from very many addresses do not flood the log', async () => {
    console.clock.advance(3_600_000);
    const before = (await rows()).length;
    await tries(
      Array.from({ length: 90 }, (_, n) => `nobody-${n}`),
      stranger,
    )();
    await expect.poll(async () => (await rows()).length - before, SOON).toBe(60);
    console.clock.advance(3_600_000);
    expect(await written(1, tries(['nobody-again'], stranger))).toHaveLength(1);
  });
});
