import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { ProviderCheck, SsoSettings } from '#shared/schemas/sso.ts';
import { SSO_PRESETS } from '#shared/sso-presets.ts';
import type { Answer, Browser } from '../../testing/browser.ts';
import { CLIENT, startLiar, startLinuxDo } from '../../testing/sign-in-services.ts';
import {
  begin,
  finish,
  type SsoConsole,
  signInAt,
  startSsoConsole,
} from '../../testing/sso-console.ts';

let h: SsoConsole;
let linuxDo: Awaited<ReturnType<typeof startLinuxDo>>;
let liar: Awaited<ReturnType<typeof startLiar>>;
let lying: string;
beforeAll(async () => {
  h = await startSsoConsole();
  linuxDo = await startLinuxDo({ id: 1, username: 'ada' });
  liar = await startLiar();
  lying = await h.addService('oidc', { issuer: liar.url, newPeople: true });
  await h.registration('open');
});
afterAll(async () => {
  await liar[Symbol.asyncDispose]();
  await linuxDo[Symbol.asyncDispose]();
  await h[Symbol.asyncDispose]();
});

const codeOf = ({ error }: Answer) => error?.data.appCode;
const signedOut = async (browser: Browser) =>
  expect((await browser.query('sessions.me')).data).toBeNull();

describe('a state', () => {
  test('is good once', async () => {
    const id = await h.addOauth(linuxDo.url, { newPeople: true });
    const browser = h.stranger();
    const { state } = await begin(browser, id);
    // Keeps the cookie as somebody would who took both down.
    const replies = await Promise.all([
      finish(browser, id, { state }),
      finish(browser, id, { state }),
    ]);
    expect(replies.map(codeOf).sort()).toEqual(['sso_state_invalid', undefined]);
  });

  test('of another browser is refused, and stays good for its own', async () => {
    const id = await h.addOauth(linuxDo.url, { newPeople: true });
    const [mine, victim] = [h.stranger(), h.stranger()];
    const { state } = await begin(mine, id);
    expect(codeOf(await finish(victim, id, { state }))).toBe('sso_state_invalid');
    await begin(victim, id);
    expect(codeOf(await finish(victim, id, { state }))).toBe('sso_state_invalid');
    await signedOut(victim);
    expect(codeOf(await finish(mine, id, { state }))).toBeUndefined();
  });

  test('is over after ten minutes', async () => {
    const id = await h.addOauth(linuxDo.url, { newPeople: true });
    const browser = h.stranger();
    const { state } = await begin(browser, id);
    h.clock.advance(600_001);
    expect(codeOf(await finish(browser, id, { state }))).toBe('sso_state_invalid');
  });

  test('is kept as a hash, and of no use in the address of another service', async () => {
    const [a, b] = [
      await h.addOauth(linuxDo.url, { newPeople: true }),
      await h.addOauth(linuxDo.url, { newPeople: true }),
    ];
    const browser = h.stranger();
    const { state } = await begin(browser, a);
    const rows = await h.db.signInAttempt.findMany({ where: { providerId: a } });
    expect(JSON.stringify(rows)).not.toContain(state);
    expect(codeOf(await finish(browser, b, { state }))).toBe('sso_state_invalid');
  });

  test('that came with an error, or without a code, is over', async () => {
    const id = await h.addOauth(linuxDo.url, { newPeople: true });
    const browser = h.stranger();
    const { state } = await begin(browser, id);
    const denied = await finish(browser, id, { state, error: 'access_denied' });
    expect(codeOf(denied)).toBe('sso_exchange_failed');
    expect(codeOf(await finish(browser, id, { state }))).toBe('sso_state_invalid');
  });
});

test.each([
  ['https://evil.example/', '/'],
  ['//evil.example', '/'],
  ['/\\evil.example', '/'],
  ['/..//evil.example', '/'],
  ['/usage?next=//x', '/usage?next=//x'],
])('%s as the place to go on to becomes %s', async (next, returnTo) => {
  const id = await h.addOauth(linuxDo.url, { newPeople: true });
  expect((await signInAt(h.stranger(), id, next)).data).toMatchObject({ returnTo });
});

test('an answer in the name of another issuer is refused (mix-up)', async () => {
  const id = await h.addOauth(linuxDo.url, { newPeople: true, issuer: linuxDo.url });
  const browser = h.stranger();
  const { state } = await begin(browser, id);
  const answer = await finish(browser, id, { state, iss: 'https://evil.example' });
  expect(codeOf(answer)).toBe('sso_exchange_failed');
  await signedOut(browser);
});

describe('an ID token', () => {
  /** Signs in with a token of which all is right but what `wrong` says. */
  async function comeWith(wrong: { claims?: object; user?: object; forged?: boolean }) {
    const browser = h.stranger();
    const { state, url } = await begin(browser, lying);
    const now = Math.floor(Date.now() / 1_000);
    liar.state.claims = {
      iss: liar.url,
      aud: CLIENT.id,
      sub: 'victim',
      iat: now,
      exp: now + 60,
      nonce: url.searchParams.get('nonce') ?? '',
      ...wrong.claims,
    };
    liar.state.user = { sub: 'victim', preferred_username: 'victim', ...wrong.user };
    liar.state.forged = wrong.forged ?? false;
    return await finish(browser, lying, { state });
  }

  test('with all of it right signs in', async () => {
    expect((await comeWith({})).data).toMatchObject({ me: { username: 'victim' } });
  });

  const past = Math.floor(Date.now() / 1_000) - 3_600;
  test.each([
    ['another nonce', { claims: { nonce: 'another' } }],
    ['no nonce', { claims: { nonce: undefined } }],
    ['another audience', { claims: { aud: 'somebody-else' } }],
    ['two audiences without azp', { claims: { aud: [CLIENT.id, 'other'] } }],
    ['another azp', { claims: { aud: [CLIENT.id, 'other'], azp: 'other' } }],
    ['another issuer', { claims: { iss: 'https://evil.example' } }],
    ['an end in the past', { claims: { exp: past, iat: past - 60 } }],
    ['a foreign signature', { forged: true }],
  ])('with %s is refused', async (_name, wrong) => {
    expect(codeOf(await comeWith(wrong))).toBe('sso_exchange_failed');
  });

  test('of one person with the facts of another is refused', async () => {
    const answer = await comeWith({ user: { sub: 'admin' } });
    expect(codeOf(answer)).toBe('sso_user_info_failed');
  });
});

describe('a token endpoint that', () => {
  test.each([
    ['redirects', { status: 307, headers: { location: 'http://127.0.0.1:1/' } }],
    ['answers garbage', { raw: '<html>' }],
    ['answers half JSON', { raw: '{"access_token":' }],
    ['answers without a token', { json: { token_type: 'bearer' } }],
    ['answers without a kind of token', { json: { access_token: 'x' } }],
    ['answers more than 1 MB', { raw: `"${'x'.repeat(2_000_000)}"` }],
    ['answers 500', { status: 500 }],
  ])('%s ends the sign-in', async (_name, reply) => {
    const service = await startLinuxDo({});
    service.on('/oauth2/token', () => reply);
    const browser = h.stranger();
    const answer = await signInAt(browser, await h.addOauth(service.url, { newPeople: true }));
    expect(codeOf(answer)).toBe('sso_exchange_failed');
    expect(answer.text).not.toContain(CLIENT.secret);
    await signedOut(browser);
    await service[Symbol.asyncDispose]();
  });
});

describe('what a service tells of a person', () => {
  let service: Awaited<ReturnType<typeof startLinuxDo>>;
  let id: string;
  beforeEach(async () => {
    service = await startLinuxDo({});
    id = await h.addOauth(service.url, { newPeople: true });
    return () => service[Symbol.asyncDispose]();
  });

  test.each([
    ['no id', { username: 'x' }],
    ['an id that is no plain value', { id: { $ne: null } }],
    ['an id too large to be exact', { id: 2 ** 60 }],
    ['an endless id', { id: 'x'.repeat(10_000) }],
  ])('with %s signs nobody in', async (_name, user) => {
    service.state.user = user;
    expect(codeOf(await signInAt(h.stranger(), id))).toBe('sso_user_info_failed');
  });

  test.each([[[]], ['text'], [null], [7]])('as %j signs nobody in', async (json) => {
    service.on('/api/user', () => ({ json }));
    expect(codeOf(await signInAt(h.stranger(), id))).toBe('sso_user_info_failed');
  });

  test('may be of any odd kind besides', async () => {
    service.state.user = {
      id: 'odd',
      username: ['<script>'],
      name: '\u0000\u202e'.repeat(900),
      avatar_url: 'data:text/html,x',
      trust_level: Number.POSITIVE_INFINITY,
    };
    const answer = await signInAt(h.stranger(), id);
    expect(answer.data).toMatchObject({ next: 'signed-in' });
  });
});

describe('an address', () => {
  const save = (settings: Partial<SsoSettings>) =>
    h.admin.mutate('sso.saveProvider', {
      ...{ id: 'fenced', name: 'x', enabled: true, clientId: 'x', isNew: true },
      settings: { ...SSO_PRESETS.oidc.settings, ...settings },
    });

  test.each([
    ['http://169.254.169.254/', 'outbound_refused'],
    ['http://10.0.0.8/', 'outbound_refused'],
    ['http://[::1]:9/', 'outbound_refused'],
    ['http://accounts.example.com/', 'bad_request'],
    ['file:///etc/passwd', 'bad_request'],
  ])('%s is refused where it is saved', async (issuer, code) => {
    const answer = await save({ issuer });
    expect(answer.error?.data).toMatchObject({ appCode: code, param: 'settings.issuer' });
    expect(await h.db.identityProvider.count({ where: { id: 'fenced' } })).toBe(0);
  });

  test('that discovery leads to inside the network is refused when it is called', async () => {
    const service = await startLiar();
    service.on('/.well-known/openid-configuration', () => ({
      json: {
        issuer: service.url,
        authorization_endpoint: `${service.url}/authorize`,
        token_endpoint: 'http://169.254.169.254/token',
        jwks_uri: 'http://10.0.0.1/jwks',
      },
    }));
    const id = await h.addService('oidc', { issuer: service.url });
    const { data } = await h.admin.mutate('sso.checkProvider', { id });
    expect((data as ProviderCheck).steps.map(({ ok, step }) => [step, ok])).toEqual([
      ['discovery', true],
      ['authorization', true],
      ['token', false],
    ]);
    expect(codeOf(await signInAt(h.stranger(), id))).toBe('sso_exchange_failed');
    await service[Symbol.asyncDispose]();
  });

  test('whose discovery names another issuer is refused', async () => {
    const service = await startLiar();
    service.state.issuer = 'https://accounts.google.com';
    const id = await h.addService('oidc', { issuer: service.url });
    const answer = await h.stranger().mutate('sso.begin', { provider: id });
    expect(codeOf(answer)).toBe('upstream_failed');
    await service[Symbol.asyncDispose]();
  });
});

describe('the settings of a service', () => {
  test('never show the secret again, and keep it when it is left out', async () => {
    const id = await h.addOauth(linuxDo.url, { newPeople: true });
    const list = await h.admin.query('sso.providers');
    expect(list.text).not.toContain(CLIENT.secret);
    const all = list.data as { id: string; settings: SsoSettings }[];
    const settings = all.find((one) => one.id === id)?.settings;
    const facts = { id, name: 'Renamed', enabled: true, clientId: CLIENT.id, isNew: false };
    expect((await h.admin.mutate('sso.saveProvider', { ...facts, settings })).error).toBe(
      undefined,
    );
    expect((await signInAt(h.stranger(), id)).error).toBeUndefined();
    const row = await h.db.identityProvider.findUniqueOrThrow({ where: { id } });
    expect(JSON.stringify(row)).not.toContain(CLIENT.secret);
    const events = await h.db.auditEvent.findMany({ where: { targetId: id } });
    expect(events.map(({ action }) => action)).toContain('sso.saveProvider');
    expect(JSON.stringify(events.map(({ change }) => change))).not.toContain(CLIENT.secret);
  });

  test('a service that is switched off is no way in', async () => {
    const id = await h.addOauth(linuxDo.url);
    const browser = h.stranger();
    const { state } = await begin(browser, id);
    await h.db.identityProvider.update({ where: { id }, data: { enabled: false } });
    expect(codeOf(await finish(browser, id, { state }))).toBe('not_found');
    expect(codeOf(await browser.mutate('sso.begin', { provider: id }))).toBe('not_found');
    const { data } = await browser.query('sso.ways');
    expect(JSON.stringify(data)).not.toContain(`"${id}"`);
  });

  test('a service by which alone admins come in is neither deleted nor switched off', async () => {
    const id = await h.addOauth(linuxDo.url, { newPeople: true });
    linuxDo.state.user = { id: 'chief', username: 'chief' };
    await signInAt(h.stranger(), id);
    await h.db.user.update({ where: { username: 'chief' }, data: { role: 'admin' } });
    const passwords = await h.db.user.findMany({ where: { role: 'admin' } });
    await h.db.user.updateMany({ where: { role: 'admin' }, data: { passwordHash: null } });
    const list = (await h.admin.query('sso.providers')).data as { id: string }[];
    const found = list.find((one) => one.id === id);
    const off = { ...found, enabled: false, isNew: false };
    expect(codeOf(await h.admin.mutate('sso.saveProvider', off))).toBe('conflict');
    expect(codeOf(await h.admin.mutate('sso.deleteProvider', { id }))).toBe('conflict');
    for (const { id: userId, passwordHash } of passwords) {
      await h.db.user.update({ where: { id: userId }, data: { passwordHash } });
    }
    expect(codeOf(await h.admin.mutate('sso.saveProvider', off))).toBeUndefined();
    expect(codeOf(await h.admin.mutate('sso.deleteProvider', { id }))).toBeUndefined();
    linuxDo.state.user = { id: 1, username: 'ada' };
  });

  test('a service that is deleted takes its identities along', async () => {
    const id = await h.addOauth(linuxDo.url, { newPeople: true });
    await signInAt(h.stranger(), id);
    expect((await h.admin.mutate('sso.deleteProvider', { id })).error).toBeUndefined();
    expect(await h.db.identity.count({ where: { providerId: id } })).toBe(0);
    expect(codeOf(await h.admin.mutate('sso.deleteProvider', { id }))).toBe('not_found');
  });
});
