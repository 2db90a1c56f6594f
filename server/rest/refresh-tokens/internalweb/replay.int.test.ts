import { generateSync } from 'otplib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { PASSWORD, startApp, type TestApp } from '../../../testing/app.ts';
import { createBrowser } from '../../../testing/browser.ts';
import { type LinkProvider, startLinkProvider } from '../../../testing/link-provider.ts';

// What the older service's web client sends, in the order it does, and the answers whole.

let provider: LinkProvider;
let h: TestApp;
let tokens = 0;

beforeAll(async () => {
  provider = await startLinkProvider();
  const person = (username: string) => ({ username, password: PASSWORD, role: 'admin' });
  h = await startApp(
    {
      users: [person('ada'), person('fay'), person('dan')],
      platforms: [{ id: 'lab', name: 'Lab', protocol: 'openai-chat', baseUrl: provider.url }],
      accounts: [],
      models: [],
      keys: [],
    },
    { OUTBOUND_ALLOW: new URL(provider.url).host, VAULT_ADMIN_API_SHOWS_TOKENS: 'true' },
  );
  const browser = await signedIn('ada');
  const saved = await browser.mutate('oauthClients.save', {
    ...{ id: null, platformId: 'lab', name: 'app', clientId: 'linker' },
    settings: { ...provider.settings(), accountInfoEndpoint: `${provider.url}/me` },
  });
  expect(saved.error).toBeUndefined();
});
afterAll(async () => {
  await h[Symbol.asyncDispose]();
  await provider[Symbol.asyncDispose]();
});

async function signedIn(username: string) {
  const browser = createBrowser(h.url);
  await browser.mutate('sessions.signIn', { username, password: PASSWORD });
  return browser;
}

async function send(path: string, body: object, headers: Record<string, string> = {}) {
  const res = await fetch(`${h.url}/internalweb/v1/${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
  return { status: res.status, headers: res.headers, body: (await res.json()) as unknown };
}

const login = (more: object) => send('auth/login', { password: PASSWORD, ...more });

/** A refresh token the provider takes once. */
function fresh(): string {
  tokens += 1;
  return provider.give(`rt-replay-${tokens}`);
}

const MSG = expect.stringMatching(/\w/);
const REFUSED = { success: false, msg: MSG };
const done = (data: unknown) => ({ status: 200, body: { success: true, msg: MSG, data } });
const DONE = { status: 200, body: { success: true, msg: MSG } };
const TIME = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/);

type Rt = Record<string, unknown> & { id: number };

test('the web client’s day, from sign-in to sign-out', async () => {
  const entered = await login({ username: 'ada' });
  expect(entered).toMatchObject({ status: 200 });
  expect(entered.body).toEqual({ token: expect.any(String), username: 'ada' });
  const { token } = entered.body as { token: string };
  const post = async (path: string, body: object = {}) => {
    const { body: told, status } = await send(path, body, { authorization: `Bearer ${token}` });
    return { status, body: told };
  };
  const dataOf = async <Data>(path: string, body: object): Promise<Data> => {
    const told = await post(path, body);
    expect(told).toMatchObject(DONE);
    return (told.body as { data: Data }).data;
  };
  const list = (more: object = {}) =>
    dataOf<{ items: Rt[]; total: number }>('rts/list', { page: 1, page_size: 100, ...more });

  expect(await post('user/info')).toEqual({
    ...{ status: 200, body: { success: true, msg: MSG, username: 'ada' } },
  });
  expect(await post('rts/list', { page: 1, page_size: 100 })).toEqual(
    done({ items: [], total: 0, page: 1, page_size: 100 }),
  );

  const row = (more: object) => ({
    ...{ id: expect.any(Number), biz_id: MSG, user_name: '', email: '', type: '', at: '' },
    ...{ rt: MSG, proxy: '', client_id: 'linker', tag: '', enabled: false, last_rt: '' },
    ...{ refresh_result: '', user_info: '', account_info: '', last_refresh_time: null, memo: '' },
    ...{ create_time: TIME, update_time: TIME, ...more },
  });
  const rt = fresh();
  const form = { biz_id: 'shop-1', rt_token: rt, proxy: '', client_id: '', tag: 'shop' };
  const made = await post('rts/create', { ...form, enabled: true, memo: 'first' });
  expect(made).toEqual(
    done(row({ biz_id: 'shop-1', rt, tag: 'shop', enabled: true, memo: 'first' })),
  );
  expect(await post('rts/create', { ...form, enabled: true, memo: '' })).toEqual({
    ...{ status: 400, body: REFUSED },
  });
  const { id } = (made.body as { data: Rt }).data;

  const lot = [fresh(), fresh()];
  expect(
    await post('rts/batch-import', {
      ...{ batch_name: '', tag: 'lot', proxy: '', client_id: '' },
      rt_tokens: [...lot, lot[0], rt],
    }),
  ).toEqual(done({ total_count: 4, success_count: 2, fail_count: 2 }));

  const all = await list({ biz_id: '', tag: '', email: '', type: '', create_date: '' });
  expect(all.items.map(({ id: number }) => number)).toEqual([id + 2, id + 1, id]);
  expect(await list({ tag: 'lo', enabled: false, page_size: 1, page: 2 })).toEqual({
    ...{ items: [expect.objectContaining({ id: id + 1 })], total: 2, page: 2, page_size: 1 },
  });

  const updates = { biz_id: 'shop-one', proxy: '', client_id: 'linker', tag: 'shop,eu' };
  expect(
    await post('rts/update', { id, updates: { ...updates, enabled: true, memo: '' } }),
  ).toEqual(done(row({ rt, biz_id: 'shop-one', tag: 'shop,eu', enabled: true })));
  // A click on the status sends nothing else.
  expect(await dataOf('rts/update', { id, updates: { enabled: false } })).toMatchObject({
    enabled: false,
  });
  expect(await dataOf('rts/update', { id, updates: { enabled: true } })).toMatchObject({
    enabled: true,
  });

  // The token before is told while the new one has not been seen to work.
  const renewed = await dataOf<Rt>('rts/refresh', { id: id + 1 });
  // What the platform tells of the person is asked for meanwhile, and shows that it does.
  expect([lot[0], '']).toContain(renewed['last_rt']);
  const both = { refresh_user_info: true, refresh_account_info: true };
  const refreshed = await dataOf<Rt>('rts/refresh', { id, ...both });
  expect(refreshed).toEqual(
    row({
      ...{ biz_id: 'shop-one', tag: 'shop,eu', enabled: true, last_rt: '' },
      ...{ rt: expect.stringMatching(/^rt-\d+$/), at: expect.stringMatching(/^at-\d+$/) },
      ...{ user_name: 'Ann', email: expect.stringMatching(/^ann@example\.com$/i), type: 'pro' },
      ...{ refresh_result: 'ok', last_refresh_time: TIME },
      ...{
        user_info: expect.stringContaining('Ann'),
        account_info: expect.stringContaining('p-1'),
      },
    }),
  );
  for (const path of ['rts/refresh-user-info', 'rts/refresh-account-info']) {
    expect(await dataOf(path, { id })).toMatchObject({ id, user_name: 'Ann', type: 'pro' });
    // It has no access token yet.
    expect(await post(path, { id: id + 2 })).toEqual({ status: 500, body: REFUSED });
  }
  expect((await list({ email: 'ANN@', type: 'pr', biz_id: 'shop-' })).total).toBe(1);

  const ids = [id, id + 1, id + 2];
  expect(await post('rts/batch-refresh', { ids })).toEqual(
    done({
      ...{ total_count: 3, success_count: 3, fail_count: 0 },
      results: ids.map(() => ({ rt_name: MSG, success: true, message: 'ok' })),
    }),
  );
  // Copying is the client's own affair: what it copies stands in the list.
  const copied = (await list()).items;
  expect(copied.every(({ rt: held, at }) => /^rt-/.test(`${held}`) && /^at-/.test(`${at}`))).toBe(
    true,
  );

  expect(await post('configs/get-system')).toEqual(
    done({
      configs: {
        ...{ proxy_list: '[]', client_id_list: '["linker"]' },
        ...{ auto_refresh_enabled: 'true', auto_refresh_interval: '2' },
      },
      env_configs: {
        ...{ API_PREFIX: '/public-api', API_SECRET: '********', ADMIN_PREFIX: '/internalweb' },
        ...{ ADMIN_USERNAME: 'ada', ADMIN_PASSWORD: '********' },
      },
    }),
  );
  const configs = {
    ...{ proxy_list: '["http://proxy.example.com:8080"]', client_id_list: '["linker","second"]' },
    ...{ auto_refresh_enabled: 'true', auto_refresh_interval: '5' },
  };
  expect(await post('configs/save-system', { configs })).toEqual(DONE);
  expect(await post('configs/get-proxy-list')).toEqual(done(['http://proxy.example.com:8080']));
  expect(await post('configs/get-clientid-list')).toEqual(done(['linker', 'second']));
  expect((await list()).items.map(({ proxy }) => proxy)).toEqual(
    ids.map(() => 'http://proxy.example.com:8080'),
  );
  expect(
    await post('configs/save-system', { configs: { ...configs, proxy_list: 'one a line' } }),
  ).toEqual({ status: 400, body: REFUSED });

  expect(await post('rts/delete', { id })).toEqual(DONE);
  expect(await post('rts/delete', { id })).toEqual(DONE);
  expect(await post('rts/batch-delete', { ids })).toEqual(
    done({ success_count: 2, fail_count: 1, error: MSG }),
  );
  expect((await list()).total).toBe(0);

  // Signing out, the client forgets the token; ended in the console it is good no more.
  const { id: userId } = await h.infra.db.user.findUniqueOrThrow({ where: { username: 'ada' } });
  const { data } = await (await signedIn('ada')).query('tokens.list');
  for (const one of data as { id: string }[]) {
    await (await signedIn('ada')).mutate('tokens.end', { id: one.id });
  }
  expect([userId.length, await post('user/info')]).toEqual([36, { status: 401, body: REFUSED }]);
});

test.each([
  ['nothing', {}],
  ['another scheme', { authorization: 'Basic YWRhOmFkYQ==' }],
  ['no token', { authorization: 'Bearer' }],
  ['a token of nobody', { authorization: 'Bearer eyJhbGciOiJub25lIn0.e30.' }],
])('%s in the header is a 401 in the envelope', async (_what, headers) => {
  for (const path of ['user/info', 'rts/list', 'configs/get-system']) {
    const told = await send(path, {}, headers);
    expect([told.status, told.body]).toEqual([401, REFUSED]);
    expect(told.headers.get('www-authenticate')).toBe('Bearer');
  }
});

test('whoever has a second factor is asked for a code, which is good once', async () => {
  const fay = await signedIn('fay');
  const { secret } = (await fay.mutate('factors.beginTotp')).data as { secret: string };
  const at = () => Math.floor(Date.now() / 1_000);
  const confirmed = await fay.mutate('factors.confirmTotp', {
    code: generateSync({ secret, epoch: at() - 30 }),
  });
  const { codes } = confirmed.data as { codes: string[] };
  const error = { error: MSG };
  expect(await login({ username: 'fay' })).toMatchObject({ status: 401, body: error });
  const code = generateSync({ secret, epoch: at() });
  for (const [more, status] of [
    [{ totp_code: '000000' }, 401],
    [{ totp_code: code }, 200],
    [{ totp_code: code }, 401],
    [{ recovery_code: codes[0] }, 200],
    [{ recovery_code: codes[0] }, 401],
    [{ totp_code: 'letters' }, 400],
  ] as const) {
    expect([more, (await login({ username: 'fay', ...more })).status]).toEqual([more, status]);
  }
  const bare = await login({ username: 'fay', password: 'wrong', recovery_code: codes[1] });
  expect([bare.status, bare.body]).toEqual([401, error]);
});

test('whoever is switched off is let in no more, with a token from before neither', async () => {
  const { token } = (await login({ username: 'dan' })).body as { token: string };
  const { id } = await h.infra.db.user.findUniqueOrThrow({ where: { username: 'dan' } });
  const off = await (await signedIn('ada')).mutate('users.update', { id, state: 'disabled' });
  expect(off.error).toBeUndefined();
  expect((await login({ username: 'dan' })).status).toBe(401);
  const told = await send('rts/list', {}, { authorization: `Bearer ${token}` });
  expect([told.status, told.body]).toEqual([401, REFUSED]);
});
