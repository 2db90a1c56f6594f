import { afterAll, beforeAll, expect, test } from 'vitest';
import { PASSWORD, startApp, type TestApp } from '../../testing/app.ts';
import { authorizationServer } from '../../testing/authorization-server.ts';
import { createBrowser } from '../../testing/browser.ts';

// What somebody may find out, and take away, who keeps the vault and is no admin.

const PASSPHRASE = 'a long enough passphrase';

let provider: Awaited<ReturnType<typeof authorizationServer>>;
let h: TestApp;
const people = new Map<string, ReturnType<typeof createBrowser>>();
let foreign: { id: string; token: string; number: number };
let own: { id: string; token: string };
let client: { id: string; settings: object };

beforeAll(async () => {
  provider = await authorizationServer();
  const person = (username: string, role: string) => ({ username, password: PASSWORD, role });
  h = await startApp(
    {
      users: [person('ada', 'admin'), person('olga', 'operator')],
      platforms: [{ id: 'lab', name: 'Lab', protocol: 'openai-chat', baseUrl: provider.url }],
      accounts: [],
      models: [],
      keys: [],
    },
    {
      OUTBOUND_ALLOW: `${new URL(provider.url).host},evil.example.com`,
      TRUSTED_PROXIES: 'loopback',
    },
  );
  for (const username of ['ada', 'olga']) {
    const browser = createBrowser(h.url);
    await browser.mutate('sessions.signIn', { username, password: PASSWORD });
    people.set(username, browser);
  }
  const settings = {
    ...{ authorizationEndpoint: '', tokenEndpoint: `${provider.url}/token`, deviceEndpoint: '' },
    ...{ revocationEndpoint: '', redirectUri: '', scopes: '', authorizeParams: {} },
    ...{ tokenFormat: 'form', tokenAuth: 'none', usePkce: true, userInfoEndpoint: '' },
    ...{ accountInfoEndpoint: '', fields: {} },
  };
  // Nobody has an account there yet: whoever keeps the vault may set a platform up.
  const saved = await as('olga').mutate('oauthClients.save', {
    ...{ id: null, platformId: 'lab', name: 'lab', clientId: 'app_one', settings },
  });
  client = { id: (saved.data as { id: string }).id, settings };
  foreign = await account('ada');
  own = await account('olga');
});
afterAll(async () => {
  await h[Symbol.asyncDispose]();
  await provider[Symbol.asyncDispose]();
});

function as(username: string) {
  const browser = people.get(username);
  if (!browser) throw new Error(`nobody is ${username}`);
  return browser;
}

async function account(username: string) {
  const { id: ownerId } = await h.infra.db.user.findUniqueOrThrow({ where: { username } });
  const token = provider.family();
  const [added] = await h.app.services.vault.add([
    {
      ...{ ownerId, platformId: 'lab', name: username, clientId: client.id, autoRefresh: false },
      ...{ refreshToken: token, accessToken: `at_of_${username}`, bizId: `biz-${username}` },
    },
  ]);
  if (added?.kind !== 'created') throw new Error(JSON.stringify(added));
  return { id: added.accountId, token, number: added.number };
}

test('a refresh token is shown to its owner and to admins', async () => {
  const shown = async (who: string, id: string) =>
    (await as(who).mutate('vault.revealRefresh', { id })).data;
  expect(await shown('ada', own.id)).toEqual({ token: own.token });
  expect(await shown('olga', own.id)).toEqual({ token: own.token });
  const answer = await as('olga').mutate('vault.revealRefresh', { id: foreign.id });
  expect(answer.error?.data).toMatchObject({ appCode: 'forbidden', param: 'vault.reveal' });
  expect(answer.text).not.toContain(foreign.token);
});

test('sealed files with refresh tokens hold one’s own, or are an admin’s', async () => {
  const file = (who: string, ids: string[], more: object = { passphrase: PASSPHRASE }) =>
    as(who).mutate('vaultBatch.export', { selection: { ids }, format: 'json', ...more });
  expect((await file('ada', [own.id, foreign.id])).error).toBeUndefined();
  expect((await file('olga', [own.id])).error).toBeUndefined();
  expect((await file('olga', [own.id, foreign.id], {})).error).toBeUndefined();
  const refused = await file('olga', [own.id, foreign.id]);
  expect(refused.error?.data).toMatchObject({ appCode: 'forbidden', param: 'vault.reveal' });
});

test('secrets that give refresh tokens, or everything, are an admin’s to make and to change', async () => {
  const wish = { name: 'tool', tags: [], bizIds: [], expiresAt: null };
  const make = (who: string, scopes: string[]) =>
    as(who).mutate('vaultSecrets.create', { ...wish, scopes });
  for (const scopes of [['read', 'refresh-token'], ['admin']]) {
    expect((await make('olga', scopes)).error?.data.appCode).toBe('forbidden');
    const { id } = (await make('ada', scopes)).data as { id: string };
    const widened = await as('olga').mutate('vaultSecrets.update', { ...wish, id, scopes });
    expect(widened.error?.data.appCode).toBe('forbidden');
  }
  const { id } = (await make('olga', ['read', 'refresh'])).data as { id: string };
  const raised = await as('olga').mutate('vaultSecrets.update', {
    ...{ ...wish, id, scopes: ['read', 'refresh-token'] },
  });
  expect(raised.error?.data.appCode).toBe('forbidden');
  const renamed = { ...wish, id, name: 'other', scopes: ['read'] };
  expect((await as('olga').mutate('vaultSecrets.update', renamed)).error).toBeUndefined();
});

test('where tokens are sent is an admin’s to say once there are any', async () => {
  const save = (who: string, change: object, id: string | null = client.id) =>
    as(who).mutate('oauthClients.save', {
      ...{ id, platformId: 'lab', name: id ? 'lab' : `lab ${who}`, clientId: 'app_one' },
      settings: { ...client.settings, ...change },
    });
  for (const name of ['tokenEndpoint', 'revocationEndpoint', 'userInfoEndpoint']) {
    const evil = { [name]: 'https://evil.example.com/take' };
    for (const id of [client.id, null]) {
      const { error } = await save('olga', evil, id);
      expect([name, error?.data.appCode]).toEqual([name, 'forbidden']);
    }
  }
  expect((await save('olga', { scopes: 'openid' })).error).toBeUndefined();
  const same = { revocationEndpoint: `${provider.url}/revoke` };
  expect((await save('olga', same, null)).error).toBeUndefined();
  expect((await save('ada', { userInfoEndpoint: 'https://evil.example.com/' })).error).toBe(
    undefined,
  );
});

test('the older admin API shows clear tokens to admins only', async () => {
  const ask = async (path: string, body: object, token?: string) => {
    const res = await fetch(`${h.url}/internalweb/v1/${path}`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
      },
      body: JSON.stringify(body),
    });
    return { status: res.status, text: await res.text() };
  };
  const listed = async (username: string) => {
    const { text } = await ask('auth/login', { username, password: PASSWORD });
    const { token } = JSON.parse(text) as { token: string };
    return await ask('rts/list', { page_size: 100 }, token);
  };
  const admins = await listed('ada');
  expect([admins.status, admins.text.includes(foreign.token)]).toEqual([200, true]);
  const keepers = await listed('olga');
  expect(keepers.status).toBe(200);
  for (const secret of [foreign.token, own.token, 'at_of_ada']) {
    expect(keepers.text).not.toContain(secret);
  }
});

test('the keys that seal everything are turned by admins only', async () => {
  expect((await as('ada').query('keyRing.status')).error).toBeUndefined();
  expect((await as('olga').query('keyRing.status')).error?.data.appCode).toBe('forbidden');
});
