import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { WaysOfMine } from '#shared/schemas/sso.ts';
import type { Answer, Browser } from '../../testing/browser.ts';
import { refusalBattery } from '../../testing/refusals.ts';
import {
  CLIENT,
  follow,
  startLiar,
  startLinuxDo,
  startOpenIdProvider,
} from '../../testing/sign-in-services.ts';
import {
  beginLink,
  beginProof,
  finish,
  type SsoConsole,
  signInAt,
  startSsoConsole,
} from '../../testing/sso-console.ts';

let h: SsoConsole;
let linuxDo: Awaited<ReturnType<typeof startLinuxDo>>;
let service: string;
beforeAll(async () => {
  h = await startSsoConsole();
  linuxDo = await startLinuxDo({});
  service = await h.addOauth(linuxDo.url, { newPeople: true });
  await h.registration('open');
});
afterAll(async () => {
  await linuxDo[Symbol.asyncDispose]();
  await h[Symbol.asyncDispose]();
});

let ids = 100;
const agree = (id: number) => {
  linuxDo.state.user = { id, username: `lin-${id}` };
};
beforeEach(() => {
  ids += 1;
  agree(ids);
});

const codeOf = ({ error }: Answer) => error?.data.appCode;
/** Whether this browser may do what weighs more. */
const isProved = async (browser: Browser) => {
  const code = codeOf(await browser.mutate('factors.beginTotp'));
  expect([undefined, 'step_up_needed']).toContain(code);
  return code === undefined;
};
const idOf = async (browser: Browser) =>
  ((await browser.query('sessions.me')).data as { id: string } | null)?.id ?? '';
const ask = (browser: Browser, provider: string) => browser.mutate('sso.prove', { provider });

/** Somebody who came by the service alone, and signed in too long ago. */
async function person() {
  const browser = h.stranger();
  await signInAt(browser, service);
  await forget(browser);
  return browser;
}
async function forget(browser: Browser) {
  const userId = await idOf(browser);
  await h.db.session.updateMany({ where: { userId }, data: { provedAt: new Date(0) } });
}

refusalBattery('sso.prove', {
  console: () => h.console,
  call: (browser) => ask(browser, service),
});

describe('somebody who has nothing but an account elsewhere', () => {
  test('proves by a fresh sign-in there who they are, in the same session', async () => {
    const browser = await person();
    const [session, me] = [browser.cookie(), await idOf(browser)];
    expect(await isProved(browser)).toBe(false);
    const mine = (await browser.query('sso.mine')).data as WaysOfMine;
    expect(mine.proofs).toEqual([{ id: service, name: expect.any(String), kind: 'oauth2' }]);

    const { state } = await beginProof(browser, service, '/profile?tab=ways');
    const answer = await finish(browser, service, { state });
    expect(answer.data).toEqual({
      next: 'proved',
      provider: `Service ${service}`,
      returnTo: '/profile?tab=ways',
    });
    expect(answer.headers.getSetCookie().join()).not.toContain('gatehouse_session');
    expect([browser.cookie(), await idOf(browser)]).toEqual([session, me]);
    expect(await isProved(browser)).toBe(true);
    const noted = await h.db.auditEvent.findMany({ where: { action: 'sessions.stepUp' } });
    expect(JSON.stringify(noted.map(({ change }) => change))).toContain('sso');
    h.clock.advance(600_001);
    expect(await isProved(browser)).toBe(false);
  });

  test.each([
    ['https://evil.example/', '/'],
    ['//evil.example', '/'],
    ['/\\evil.example', '/'],
    ['/users?page=2', '/users?page=2'],
  ])('comes back to %s as %s', async (next, returnTo) => {
    const browser = await person();
    const { state } = await beginProof(browser, service, next);
    expect((await finish(browser, service, { state })).data).toMatchObject({ returnTo });
  });

  test('is refused with another account than the linked one, and stays who they are', async () => {
    const browser = await person();
    const me = await idOf(browser);
    agree(ids + 50_000);
    const unknown = await beginProof(browser, service);
    expect(codeOf(await finish(browser, service, { state: unknown.state }))).toBe('proof_refused');
    agree(ids + 60_000);
    await signInAt(h.stranger(), service);
    const known = await beginProof(browser, service);
    expect(codeOf(await finish(browser, service, { state: known.state }))).toBe('proof_refused');
    expect(await idOf(browser)).toBe(me);
    expect(await isProved(browser)).toBe(false);
    expect(await h.db.identity.count({ where: { userId: me } })).toBe(1);
    expect(await h.db.user.count({ where: { username: `lin-${ids + 50_000}` } })).toBe(0);
  });

  test('is refused by the gates of the service', async () => {
    const browser = await person();
    const id = service;
    const { settings } = await h.db.identityProvider.findUniqueOrThrow({ where: { id } });
    const raised = { ...(settings as object), leastTrustLevel: 4 };
    const { state } = await beginProof(browser, service);
    await h.db.identityProvider.update({ where: { id }, data: { settings: raised } });
    expect(codeOf(await finish(browser, service, { state }))).toBe('sso_refused');
    await h.db.identityProvider.update({ where: { id }, data: { settings: settings ?? {} } });
    expect(await isProved(browser)).toBe(false);
  });

  test('cannot use a service that is not linked, is off, or is nowhere', async () => {
    const browser = await person();
    const other = await h.addOauth(linuxDo.url);
    expect(codeOf(await ask(browser, other))).toBe('proof_refused');
    expect(codeOf(await ask(browser, 'nowhere'))).toBe('not_found');
    const { state } = await beginProof(browser, service);
    await h.db.identityProvider.update({ where: { id: service }, data: { enabled: false } });
    expect(codeOf(await ask(browser, service))).toBe('not_found');
    expect(codeOf(await finish(browser, service, { state }))).toBe('not_found');
    await h.db.identityProvider.update({ where: { id: service }, data: { enabled: true } });
    expect(await isProved(browser)).toBe(false);
  });

  test('cannot finish once the account is unlinked', async () => {
    const browser = await person();
    const { state } = await beginProof(browser, service);
    await h.db.identity.deleteMany({ where: { userId: await idOf(browser) } });
    expect(codeOf(await finish(browser, service, { state }))).toBe('proof_refused');
    expect(await isProved(browser)).toBe(false);
  });
});

describe('a state', () => {
  test('of another session is refused, also of the same person and with the cookie', async () => {
    const browser = await person();
    const { state } = await beginProof(browser, service);
    const own = browser.cookie();
    const second = h.stranger();
    await signInAt(second, service);
    await forget(second);
    expect(codeOf(await finish(second, service, { state }))).toBe('sso_state_invalid');
    browser.setCookie(second.cookie());
    expect(codeOf(await finish(browser, service, { state }))).toBe('sso_state_invalid');
    browser.setCookie(null);
    expect(codeOf(await finish(browser, service, { state }))).toBe('sso_state_invalid');
    browser.setCookie(own);
    expect(await isProved(browser)).toBe(false);
    expect(codeOf(await finish(browser, service, { state }))).toBeUndefined();
    expect(await isProved(second)).toBe(false);
    expect(await isProved(browser)).toBe(true);
  });

  test('is good once, for ten minutes', async () => {
    const browser = await person();
    const { state } = await beginProof(browser, service);
    h.clock.advance(600_001);
    expect(codeOf(await finish(browser, service, { state }))).toBe('sso_state_invalid');
    const next = await beginProof(browser, service);
    const both = await Promise.all(
      [1, 2].map(() => finish(browser, service, { state: next.state })),
    );
    expect(both.map(codeOf).sort()).toEqual(['sso_state_invalid', undefined]);
  });

  test('of a sign-in proves nothing, and that of a proof signs nobody in', async () => {
    const browser = await person();
    const { state } = await beginProof(browser, service);
    browser.setCookie(null);
    expect(codeOf(await finish(browser, service, { state }))).toBe('sso_state_invalid');
    expect(browser.cookie()).toBeNull();
  });
});

test.each([
  ['a password', { passwordHash: 'x' }],
  ['a passkey', { passkeys: { create: passkey() } }],
  ['an app', { totp: { create: { secret: 'x', confirmedAt: new Date() } } }],
])('whoever has %s proves it by that, also when it came meanwhile', async (_, data) => {
  const browser = await person();
  const { state } = await beginProof(browser, service);
  await h.db.user.update({ where: { id: await idOf(browser) }, data });
  expect(codeOf(await ask(browser, service))).toBe('proof_refused');
  expect(((await browser.query('sso.mine')).data as WaysOfMine).proofs).toEqual([]);
  expect(codeOf(await finish(browser, service, { state }))).toBe('proof_refused');
  expect(await isProved(browser)).toBe(false);
});

function passkey() {
  const facts = { name: 'key', credentialId: 'c', publicKey: Buffer.alloc(1), counter: 0 };
  return { ...facts, id: crypto.randomUUID() };
}

describe('an OpenID provider', () => {
  test.each([
    ['an hour ago is refused', -3_600, 'proof_refused'],
    ['just now will do', 0, undefined],
    ['at no time it tells will do', null, undefined],
    ['at a time that is none is refused', 'now', 'sso_exchange_failed'],
  ])('that says it saw them %s', async (_, seen, code) => {
    await using liar = await startLiar();
    const id = await h.addService('oidc', { issuer: liar.url, newPeople: true });
    const { browser } = await h.signedIn();
    const claims = (url: URL, at: number | string | null) => {
      const now = Math.floor(Date.now() / 1_000);
      liar.state.user = { sub: 'seen' };
      liar.state.claims = {
        ...{ iss: liar.url, aud: CLIENT.id, sub: 'seen', iat: now, exp: now + 60 },
        nonce: url.searchParams.get('nonce') ?? '',
        ...(at === null ? {} : { auth_time: at }),
      };
    };
    const link = await beginLink(browser, id);
    claims(link.url, null);
    expect(codeOf(await finish(browser, id, { state: link.state }))).toBeUndefined();
    const userId = await idOf(browser);
    await h.db.user.update({ where: { id: userId }, data: { passwordHash: null } });
    await forget(browser);
    const { state, url } = await beginProof(browser, id);
    const now = Math.floor(h.clock.now() / 1_000);
    claims(url, typeof seen === 'number' ? now + seen : seen);
    expect(codeOf(await finish(browser, id, { state }))).toBe(code);
    expect(await isProved(browser)).toBe(code === undefined);
  });

  test('is asked for a fresh sign-in, and gives one', async () => {
    const openId = await startOpenIdProvider([`${h.origin}/sso/callback/asked`]);
    openId.state.person = { sub: 'fresh', preferred_username: 'fresh' };
    const id = await h.addService('oidc', { issuer: openId.url, newPeople: true }, 'asked');
    // The provider lives in real time. Last, for every session is over then.
    h.clock.advance(Date.now() - h.clock.now());
    const browser = h.stranger();
    const come = async (address: string) => {
      const back = await follow(address, `${h.origin}/sso/callback/asked`);
      const [code, state] = ['code', 'state'].map((name) => back.searchParams.get(name) ?? '');
      return await finish(browser, id, { code: code ?? '', state: state ?? '', iss: openId.url });
    };
    const { data } = await browser.mutate('sso.begin', { provider: id });
    expect((await come((data as { address: string }).address)).error).toBeUndefined();
    await forget(browser);
    const { address, url } = await beginProof(browser, id);
    expect(url.searchParams.get('prompt')).toBe('login');
    expect(url.searchParams.get('max_age')).toBe('0');
    expect((await come(address)).data).toMatchObject({ next: 'proved' });
    expect(await isProved(browser)).toBe(true);
    await openId[Symbol.asyncDispose]();
  });
});
