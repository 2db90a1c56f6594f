import { afterAll, beforeAll, expect, test } from 'vitest';
import { PASSWORD, startApp, type TestApp } from '../../testing/app.ts';
import { createBrowser } from '../../testing/browser.ts';
import { LINK_CLIENT, type LinkProvider, startLinkProvider } from '../../testing/link-provider.ts';
import { keyFor, REFUSED } from '../../testing/plugin-contract.ts';

let h: TestApp;
let provider: LinkProvider;

beforeAll(async () => {
  provider = await startLinkProvider();
  const person = (username: string, role = 'member') => ({ username, password: PASSWORD, role });
  h = await startApp(
    {
      users: [person('ada', 'admin'), person('ann'), person('ben')],
      platforms: [{ id: 'kiro', protocol: 'openai-chat', baseUrl: `${provider.url}/v1` }],
      accounts: [],
      models: [],
      keys: ['ann', 'ben'].map((owner) => ({ owner, name: 'key', secret: keyFor(owner) })),
    },
    { OUTBOUND_ALLOW: `127.0.0.1:${provider.port}` },
  );
  const admin = createBrowser(h.url);
  await admin.mutate('sessions.signIn', { username: 'ada', password: PASSWORD });
  const saved = await admin.mutate('oauthClients.save', {
    ...{ id: null, platformId: 'kiro', name: 'Google', clientId: LINK_CLIENT.id },
    settings: { ...provider.settings(), authorizationEndpoint: '' },
  });
  expect(saved.error).toBeUndefined();
});
afterAll(async () => {
  await h[Symbol.asyncDispose]();
  await provider[Symbol.asyncDispose]();
});

async function add(more: object, owner = 'ann') {
  const res = await fetch(`${h.url}/api/kiro/accounts`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${keyFor(owner)}`,
      'content-type': 'application/json',
    },
    body: JSON.stringify({ auth_method: 'Social', machineid: 'm-1', ...more }),
  });
  const text = await res.text();
  return { status: res.status, text, body: JSON.parse(text) as { data?: { account_id: string } } };
}

test('a token is proven by one refresh, and the account is the caller’s', async () => {
  const told = await add({ refresh_token: 'rt-given', account_name: 'mine' });
  expect(told).toMatchObject({
    status: 200,
    body: {
      success: true,
      data: {
        ...{ account_id: expect.stringMatching(/^[0-9a-f]{32}$/), account_name: 'mine' },
        ...{ is_shared: 0, status: 1, need_refresh: false },
      },
    },
  });
  expect(told.text).not.toContain('rt-');
  const id = told.body.data?.account_id ?? '';
  const ann = await h.infra.db.user.findUniqueOrThrow({ where: { username: 'ann' } });
  const kept = await h.infra.db.vaultToken.findFirstOrThrow({
    where: { account: { ownerId: ann.id } },
    select: { accountId: true, account: { select: { platformId: true, kind: true } } },
  });
  expect(kept.accountId.replaceAll('-', '')).toBe(id);
  expect(kept.account).toEqual({ platformId: 'kiro', kind: 'oauth' });
  expect(await h.infra.db.auditEvent.count({ where: { action: 'accounts.link' } })).toBe(1);
  // The token that was sent is used up: the platform gave another one.
  expect(await add({ refresh_token: 'rt-given' })).toMatchObject({ status: 400, body: REFUSED });
});

test.each([
  ['the platform does not know', { refresh_token: 'rt-nobody-knows' }],
  [
    'of a client nobody set up',
    {
      ...{ refresh_token: 'rt-x', auth_method: 'IdC', client_id: 'other', client_secret: 'hush' },
    },
  ],
  ['to be lent where that is not allowed', { refresh_token: 'rt-x', is_shared: 1 }],
])('a token %s is answered 400 and quoted nowhere', async (_what, body) => {
  const told = await add(body, 'ben');
  expect(told).toMatchObject({ status: 400, body: REFUSED });
  expect(told.text).not.toMatch(/rt-|hush/);
  expect(await h.infra.db.account.count({ where: { owner: { username: 'ben' } } })).toBe(0);
});

test('a platform that does not answer is not the caller’s fault', async () => {
  provider.state.broken = { status: 503, json: { error: 'down' } };
  const told = await add({ refresh_token: 'rt-given-2' }, 'ben');
  provider.state.broken = null;
  expect([told.status >= 500, told.body]).toEqual([true, REFUSED]);
});
