import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { ProviderView } from '#shared/schemas/sso.ts';
import type { Browser } from '../../testing/browser.ts';
import { refusalBattery } from '../../testing/refusals.ts';
import { follow, startLinuxDo, startOpenIdProvider } from '../../testing/sign-in-services.ts';
import {
  begin,
  beginLink,
  finish,
  type SsoConsole,
  signInAt,
  startSsoConsole,
} from '../../testing/sso-console.ts';

let h: SsoConsole;
let linuxDo: Awaited<ReturnType<typeof startLinuxDo>>;
let openId: Awaited<ReturnType<typeof startOpenIdProvider>>;
beforeAll(async () => {
  h = await startSsoConsole();
  linuxDo = await startLinuxDo({});
  openId = await startOpenIdProvider([`${h.origin}/sso/callback/real`]);
  await h.addService('oidc', { issuer: openId.url, newPeople: true, syncRole: true }, 'real');
});
afterAll(async () => {
  await openId[Symbol.asyncDispose]();
  await linuxDo[Symbol.asyncDispose]();
  await h[Symbol.asyncDispose]();
});

let ids = 1_000;
beforeEach(async () => {
  ids += 1;
  linuxDo.state.user = {
    id: ids,
    username: `Lin_${ids}`,
    name: 'Lin Do',
    avatar_url: 'https://linux.do/a.png',
    trust_level: 2,
  };
  await h.registration('open');
});

const me = async (browser: Browser) =>
  (await browser.query('sessions.me')).data as { id: string; username: string } | null;
const codeOf = (answer: { error?: { data: { appCode: string } } | undefined }) =>
  answer.error?.data.appCode;

refusalBattery('sso.providers', {
  console: () => h.console,
  call: (browser) => browser.query('sso.providers'),
});
refusalBattery('sso.of', {
  console: () => h.console,
  call: async (browser) => browser.query('sso.of', { id: (await h.console.addUser()).id }),
});
refusalBattery('sso.saveProvider', {
  console: () => h.console,
  call: (browser) => browser.mutate('sso.saveProvider', {}),
});
refusalBattery('sso.deleteProvider', {
  console: () => h.console,
  call: (browser) => browser.mutate('sso.deleteProvider', { id: 'real' }),
});
refusalBattery('sso.checkProvider', {
  console: () => h.console,
  call: (browser) => browser.mutate('sso.checkProvider', { id: 'real' }),
});
refusalBattery('sso.mine', {
  console: () => h.console,
  call: (browser) => browser.query('sso.mine'),
});
refusalBattery('sso.link', {
  console: () => h.console,
  call: (browser) => browser.mutate('sso.link', { provider: 'real' }),
});
refusalBattery('sso.unlink', {
  console: () => h.console,
  call: (browser) => browser.mutate('sso.unlink', { id: '019a0000-0000-7000-8000-000000000000' }),
});

describe('by a real OpenID provider', () => {
  async function comeBy(browser: Browser, next = '/') {
    const { address } = await begin(browser, 'real', { next });
    const back = await follow(address, `${h.origin}/sso/callback/real`);
    const { code = '', iss = '', state = '' } = Object.fromEntries(back.searchParams);
    return await finish(browser, 'real', { code, iss, state });
  }

  test('somebody new is registered with what it tells, and is the same person the next time', async () => {
    openId.state.person = {
      sub: 'grace',
      preferred_username: 'Grace Höpper',
      name: 'Grace',
      email: 'Grace@Example.com',
      email_verified: true,
    };
    const browser = h.stranger();
    const answer = await comeBy(browser, '/usage?range=day');
    expect(answer.data).toMatchObject({
      next: 'signed-in',
      returnTo: '/usage?range=day',
      me: { username: 'grace-hopper', displayName: 'Grace', role: 'member' },
    });
    const first = await me(browser);
    const row = await h.db.user.findUniqueOrThrow({ where: { id: first?.id ?? '' } });
    expect(row).toMatchObject({ email: 'grace@example.com', passwordHash: null });
    expect(row.emailVerifiedAt).not.toBeNull();
    const again = h.stranger();
    await comeBy(again);
    expect((await me(again))?.id).toBe(first?.id);
    expect(await h.db.identity.count({ where: { userId: first?.id ?? '' } })).toBe(1);
  });

  test('groups become a role by the first rule that fits, and lose it again', async () => {
    const roleRules = [
      { claim: 'groups', value: 'ops', role: 'operator' },
      { claim: 'groups', value: 'all', role: 'auditor' },
    ];
    const all = (await h.admin.query('sso.providers')).data as ProviderView[];
    const { settings, ...view } = all.find(({ id }) => id === 'real') ?? {};
    const saved = await h.admin.mutate('sso.saveProvider', {
      ...{ ...view, isNew: false, settings: { ...settings, roleRules } },
    });
    expect(saved.error).toBeUndefined();
    const roleAfter = async (groups: string[]) => {
      openId.state.person = { sub: 'roles', preferred_username: 'roles', groups };
      const browser = h.stranger();
      expect((await comeBy(browser)).error).toBeUndefined();
      return (await h.db.user.findFirstOrThrow({ where: { username: 'roles' } })).role;
    };
    expect(await roleAfter(['all', 'ops'])).toBe('operator');
    expect(await roleAfter(['all'])).toBe('auditor');
    expect(await roleAfter([])).toBe('member');
  });

  test('its code is good once, and so is its state', async () => {
    openId.state.person = { sub: 'once', preferred_username: 'once' };
    const browser = h.stranger();
    const { address, state } = await begin(browser, 'real');
    const back = await follow(address, `${h.origin}/sso/callback/real`);
    const code = back.searchParams.get('code') ?? '';
    expect((await finish(browser, 'real', { code, state })).error?.data.appCode).toBe(
      'sso_exchange_failed',
    );
    const good = await begin(browser, 'real');
    const other = await finish(browser, 'real', { code, state: good.state, iss: openId.url });
    expect(codeOf(other)).toBe('sso_exchange_failed');
    expect(await me(browser)).toBeNull();
  });
});

describe('by plain OAuth 2.0 in the shapes of Linux.do', () => {
  test('the client proves itself by Basic, and trust level and avatar follow', async () => {
    const id = await h.addOauth(linuxDo.url, { newPeople: true });
    const browser = h.stranger();
    const answer = await signInAt(browser, id);
    expect(answer.data).toMatchObject({ next: 'signed-in', me: { username: `lin_${ids}` } });
    const person = await h.db.user.findUniqueOrThrow({ where: { username: `lin_${ids}` } });
    expect(person).toMatchObject({ trustLevel: 2, avatarUrl: 'https://linux.do/a.png' });
    linuxDo.state.user = { ...linuxDo.state.user, trust_level: 4, avatar_url: 'javascript:1' };
    await signInAt(browser, id);
    expect(await h.db.user.findUniqueOrThrow({ where: { id: person.id } })).toMatchObject({
      trustLevel: 4,
      avatarUrl: 'https://linux.do/a.png',
    });
  });

  test('a name that somebody has gets a number', async () => {
    await h.addUser({ username: `lin_${ids}` });
    const id = await h.addOauth(linuxDo.url, { newPeople: true });
    const answer = await signInAt(h.stranger(), id);
    expect(answer.data).toMatchObject({ me: { username: `lin_${ids}-2` } });
  });

  test('two tabs at once make one person', async () => {
    const id = await h.addOauth(linuxDo.url, { newPeople: true });
    const both = await Promise.all([signInAt(h.stranger(), id), signInAt(h.stranger(), id)]);
    expect(both.map(({ error }) => error)).toEqual([undefined, undefined]);
    expect(await h.db.identity.count({ where: { providerId: id } })).toBe(1);
    expect(await h.db.user.count({ where: { username: { startsWith: `lin_${ids}` } } })).toBe(1);
  });

  test.each([
    ['an unknown person where only known ones come in', { newPeople: false }, 'sso_refused'],
    ['a trust level that is too low', { newPeople: true, leastTrustLevel: 3 }, 'sso_refused'],
    ['no confirmed address', { newPeople: true, mailDomains: ['example.com'] }, 'sso_refused'],
  ])('refuses %s', async (_name, settings, code) => {
    const browser = h.stranger();
    const answer = await signInAt(browser, await h.addOauth(linuxDo.url, settings));
    expect(codeOf(answer)).toBe(code);
    expect(browser.cookie()).toBeNull();
    expect(await h.db.user.count({ where: { username: `lin_${ids}` } })).toBe(0);
  });

  test('registration decides: closed refuses, approval waits for an admin', async () => {
    const id = await h.addOauth(linuxDo.url, { newPeople: true });
    await h.registration('closed');
    expect(codeOf(await signInAt(h.stranger(), id))).toBe('registration_closed');
    await h.registration('approval');
    const browser = h.stranger();
    expect(codeOf(await signInAt(browser, id))).toBe('user_pending');
    expect(codeOf(await signInAt(browser, id))).toBe('user_pending');
    expect(browser.cookie()).toBeNull();
    const where = { username: `lin_${ids}` };
    await h.db.user.update({ where, data: { state: 'active' } });
    expect((await signInAt(browser, id)).data).toMatchObject({ next: 'signed-in' });
  });

  test('a disabled person is told so, after the service vouched for them', async () => {
    const id = await h.addOauth(linuxDo.url, { newPeople: true });
    await signInAt(h.stranger(), id);
    await h.db.user.update({ where: { username: `lin_${ids}` }, data: { state: 'disabled' } });
    expect(codeOf(await signInAt(h.stranger(), id))).toBe('user_disabled');
  });

  test('whose password an admin reset comes back by the link only', async () => {
    const id = await h.addOauth(linuxDo.url, { newPeople: true });
    const browser = h.stranger();
    await signInAt(browser, id);
    const { id: userId } = (await me(browser)) ?? { id: '' };
    await h.admin.mutate('users.resetPassword', { id: userId });
    expect(codeOf(await signInAt(browser, id))).toBe('sso_refused');
  });

  test('begins another session than the one the browser came with', async () => {
    const id = await h.addOauth(linuxDo.url, { newPeople: true });
    const { browser } = await h.signedIn();
    const before = browser.cookie();
    await signInAt(browser, id);
    expect(browser.cookie()).not.toBe(before);
    const old = h.stranger();
    old.setCookie(before);
    expect(await me(old)).toBeNull();
  });

  test('what happened stands in the audit log, without a secret', async () => {
    const id = await h.addOauth(linuxDo.url, { newPeople: true });
    await signInAt(h.stranger(), id);
    const rows = await h.db.auditEvent.findMany({ where: { targetName: `lin_${ids}` } });
    expect(rows.map(({ action }) => action)).toContain('sso.signIn');
    expect(JSON.stringify(rows, (_k, v) => (typeof v === 'bigint' ? String(v) : v))).not.toContain(
      'at-1',
    );
  });
});

describe('linking', () => {
  test('makes a known account mine, which then signs me in; unlinking ends that', async () => {
    const id = await h.addOauth(linuxDo.url);
    const { browser, id: userId, username } = await h.signedIn();
    const { state } = await beginLink(browser, id);
    expect((await finish(browser, id, { state })).data).toMatchObject({ next: 'linked' });
    const other = h.stranger();
    expect((await signInAt(other, id)).data).toMatchObject({ me: { username } });
    const mine = (await browser.query('sso.mine')).data as { identities: { id: string }[] };
    expect(mine.identities).toHaveLength(1);
    const [identity] = mine.identities;
    const admin = await h.console.signedIn('admin');
    expect((await admin.browser.query('sso.of', { id: userId })).data).toEqual(mine.identities);
    expect((await browser.mutate('sso.unlink', { id: identity?.id })).error).toBeUndefined();
    expect(codeOf(await signInAt(h.stranger(), id))).toBe('sso_refused');
  });

  test('needs a recent proof, and so does unlinking', async () => {
    const id = await h.addOauth(linuxDo.url);
    const { browser, id: userId } = await h.signedIn();
    await h.db.session.updateMany({ where: { userId }, data: { provedAt: new Date(0) } });
    expect(codeOf(await browser.mutate('sso.link', { provider: id }))).toBe('step_up_needed');
    const unlinked = await browser.mutate('sso.unlink', { id: userId });
    expect(codeOf(unlinked)).toBe('step_up_needed');
  });

  test('of what somebody else has is refused', async () => {
    const id = await h.addOauth(linuxDo.url, { newPeople: true });
    await signInAt(h.stranger(), id);
    const { browser } = await h.signedIn();
    const { state } = await beginLink(browser, id);
    expect(codeOf(await finish(browser, id, { state }))).toBe('conflict');
  });

  test('begun by one person is finished by nobody else, also in the same browser', async () => {
    const id = await h.addOauth(linuxDo.url);
    const { browser } = await h.signedIn();
    const { state } = await beginLink(browser, id);
    const other = await h.signedIn();
    browser.setCookie(other.browser.cookie());
    expect(codeOf(await finish(browser, id, { state }))).toBe('sso_state_invalid');
    expect(await h.db.identity.count({ where: { providerId: id } })).toBe(0);
  });

  test('the last way in stays, also when two are unlinked at once', async () => {
    const [a, b] = [
      await h.addOauth(linuxDo.url, { newPeople: true }),
      await h.addOauth(linuxDo.url),
    ];
    const browser = h.stranger();
    await signInAt(browser, a);
    const { state } = await beginLink(browser, b);
    await finish(browser, b, { state });
    const { identities } = (await browser.query('sso.mine')).data as {
      identities: { id: string }[];
    };
    const answers = await Promise.all(
      identities.map(({ id }) => browser.mutate('sso.unlink', { id })),
    );
    expect(answers.map(codeOf).sort()).toEqual(['conflict', undefined]);
  });

  test('by address: both sides must have confirmed it', async () => {
    const person = await h.addUser();
    const email = `p${ids}@example.com`;
    await h.db.user.update({ where: { id: person.id }, data: { email } });
    const told = { email, email_verified: true };
    linuxDo.state.user = { ...linuxDo.state.user, ...told };
    const fields = {
      id: 'id',
      username: 'username',
      name: 'name',
      email: 'email',
      emailVerified: 'email_verified',
      avatar: '',
      trustLevel: '',
    };
    const settings = { fields, linkByVerifiedEmail: true };
    const id = await h.addOauth(linuxDo.url, settings);
    expect(codeOf(await signInAt(h.stranger(), id))).toBe('sso_refused');
    const confirmed = { emailVerifiedAt: new Date() };
    await h.db.user.update({ where: { id: person.id }, data: confirmed });
    linuxDo.state.user = { ...linuxDo.state.user, email_verified: false };
    expect(codeOf(await signInAt(h.stranger(), id))).toBe('sso_refused');
    const off = await h.addOauth(linuxDo.url, { fields });
    linuxDo.state.user = { ...linuxDo.state.user, ...told };
    expect(codeOf(await signInAt(h.stranger(), off))).toBe('sso_refused');
    const answer = await signInAt(h.stranger(), id);
    expect(answer.data).toMatchObject({ me: { username: person.username } });
  });
});

describe('a second factor', () => {
  async function withApp(settings: { countsAsSecondFactor: boolean }) {
    const id = await h.addOauth(linuxDo.url, { newPeople: true, ...settings });
    const browser = h.stranger();
    await signInAt(browser, id);
    const { id: userId } = (await me(browser)) ?? { id: '' };
    const secret = 'sealed elsewhere';
    await h.db.totp.create({ data: { userId, secret, confirmedAt: new Date() } });
    return await signInAt(h.stranger(), id);
  }

  test('is asked for after the service', async () => {
    const answer = await withApp({ countsAsSecondFactor: false });
    expect(answer.data).toMatchObject({ next: 'second-factor', methods: ['totp'] });
    expect(answer.headers.getSetCookie().join()).not.toMatch(/gatehouse_session=[^;]/);
  });

  test('is not asked for where the service counts as one', async () => {
    expect((await withApp({ countsAsSecondFactor: true })).data).toMatchObject({
      next: 'signed-in',
    });
  });
});
