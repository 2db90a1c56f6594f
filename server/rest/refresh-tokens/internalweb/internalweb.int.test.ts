import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newId, sha256hex } from '../../../infra/ids.ts';
import { PASSWORD, startApp, type TestApp } from '../../../testing/app.ts';
import { authorizationServer } from '../../../testing/authorization-server.ts';

const SECRET = `ghv-${'s'.repeat(43)}`;
const READS = `ghv-${'r'.repeat(43)}`;
const SHOWS = `ghv-${'t'.repeat(43)}`;
const NARROW = `ghv-${'n'.repeat(43)}`;

type Rt = { id: number; biz_id: string; rt: string; at: string; [name: string]: unknown };
type Told = { status: number; body: Record<string, unknown>; text: string };

let provider: Awaited<ReturnType<typeof authorizationServer>>;
let h: TestApp;
let ada: string;

beforeAll(async () => {
  provider = await authorizationServer();
  const person = (username: string, role: string) => ({ username, password: PASSWORD, role });
  h = await startApp(
    {
      users: [person('ada', 'admin'), person('olga', 'operator'), person('max', 'member')],
      platforms: [{ id: 'lab', name: 'Lab', protocol: 'openai-chat', baseUrl: provider.url }],
      accounts: [],
      models: [],
      keys: [],
    },
    {
      OUTBOUND_ALLOW: new URL(provider.url).host,
      TRUSTED_PROXIES: 'loopback',
      CORS_ORIGINS: 'https://old.example.com',
    },
  );
  await h.infra.db.oAuthClient.create({
    data: {
      ...{ id: newId(), platformId: 'lab', name: 'lab', clientId: 'app_one' },
      tokenEndpoint: `${provider.url}/token`,
    },
  });
  const secret = (text: string, scopes: string[], tags: string[] = []) => ({
    ...{ id: newId(), name: 'script', scopes, tags, prefix: 'ghv-' },
    secretHash: sha256hex(text),
  });
  await h.infra.db.vaultSecret.createMany({
    data: [
      secret(SECRET, ['admin']),
      secret(READS, ['read', 'refresh']),
      secret(SHOWS, ['admin', 'refresh-token']),
      secret(NARROW, ['admin'], ['team']),
    ],
  });
  ada = await login('ada');
});
afterAll(async () => {
  await h[Symbol.asyncDispose]();
  await provider[Symbol.asyncDispose]();
});

let asked = 0;
async function ask(as: string | null, path: string, body: unknown = {}): Promise<Told> {
  asked += 1;
  const res = await fetch(`${h.url}/internalweb/v1/${path}`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'x-forwarded-for': `10.1.${asked >> 8}.${asked & 255}`,
      ...(as !== null && { authorization: `Bearer ${as}` }),
    },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  const text = await res.text();
  return { status: res.status, text, body: JSON.parse(text) as Told['body'] };
}

async function login(username: string): Promise<string> {
  const { body, status } = await ask(null, 'auth/login', { username, password: PASSWORD });
  expect([status, body['username']]).toEqual([200, username]);
  return String(body['token']);
}

async function rt(path: string, body: object, as = ada): Promise<Rt> {
  const told = await ask(as, `rts/${path}`, body);
  expect([path, told.status, told.body['msg']]).toEqual([path, 200, expect.any(String)]);
  return told.body['data'] as Rt;
}

const create = (more: object = {}, as = ada) =>
  rt('create', { rt_token: provider.family(), ...more }, as);

async function list(filter: object, as = ada) {
  const told = await ask(as, 'rts/list', filter);
  expect(told.status).toBe(200);
  return told.body['data'] as { items: Rt[]; total: number; page: number; page_size: number };
}

const REFUSED = { success: false, msg: expect.stringMatching(/\w/) };

describe('the way in', () => {
  test.each([
    [{ username: 'ada', password: 'wrong wrong wrong' }, 401],
    [{ username: 'nobody', password: PASSWORD }, 401],
    [{ username: 'max', password: PASSWORD }, 403],
    [{ username: 'ada' }, 400],
    ['{', 400],
  ])('%j is refused with %i', async (body, status) => {
    const told = await ask(null, 'auth/login', body);
    expect(told).toMatchObject({ status, body: { error: expect.stringMatching(/\w/) } });
  });

  test.each([
    ['nothing', null, 401],
    ['no token of ours', 'nonsense', 401],
    ['a secret for something else', READS, 403],
    ['a secret for some accounts only', NARROW, 403],
  ])('%s is refused', async (_name, as, status) => {
    expect(await ask(as, 'user/info')).toMatchObject({ status, body: REFUSED });
  });

  test('says who asks', async () => {
    expect((await ask(ada, 'user/info')).body).toMatchObject({ success: true, username: 'ada' });
    expect((await ask(SECRET, 'user/info')).body).toMatchObject({ username: 'api_user' });
  });

  test('addresses that are none have a plain 404, and no page', async () => {
    for (const path of ['/internalweb/v1/nothing', '/internalweb/', '/healthy', '/health/more']) {
      const res = await fetch(h.url + path);
      expect([path, res.status, await res.json()]).toEqual([path, 404, REFUSED]);
    }
    expect(await (await fetch(`${h.url}/health`)).json()).toEqual({
      status: 'ok',
      message: expect.any(String),
    });
    expect((await (await fetch(`${h.url}/healthz`)).json()) as object).toHaveProperty('running');
  });

  test('pages of other origins are told nothing', async () => {
    const from = (origin: string) =>
      fetch(`${h.url}/internalweb/v1/rts/list`, { method: 'OPTIONS', headers: { origin } });
    const ours = await from('https://old.example.com');
    expect([ours.status, ours.headers.get('access-control-allow-origin')]).toEqual([
      204,
      'https://old.example.com',
    ]);
    const theirs = await from('https://evil.example.com');
    expect(theirs.headers.get('access-control-allow-origin')).toBeNull();
  });
});

describe('accounts', () => {
  test('made with what is said of them; everything in the shape of the contract', async () => {
    const token = provider.family();
    const made = await rt('create', { rt_token: token, biz_id: 'one', tag: 'a,b', memo: 'm' });
    expect(made).toEqual({
      ...{ id: expect.any(Number), biz_id: 'one', user_name: '', email: '', type: '' },
      ...{ rt: token, at: '', proxy: '', client_id: 'app_one', tag: 'a,b', enabled: false },
      ...{ last_rt: '', refresh_result: '', user_info: '', account_info: '' },
      ...{ last_refresh_time: null, memo: 'm' },
      create_time: expect.stringMatching(/^\d{4}-.*Z$/),
      update_time: expect.stringMatching(/^\d{4}-.*Z$/),
    });
    for (const body of [
      { rt_token: token },
      { rt_token: provider.family(), biz_id: 'one' },
      { rt_token: provider.family(), client_id: 'app_unknown' },
      { rt_token: provider.family(), proxy: 'not a proxy' },
      {},
    ]) {
      expect(await ask(ada, 'rts/create', body)).toMatchObject({ status: 400, body: REFUSED });
    }
    expect((await create()).biz_id).toMatch(/^[0-9a-f]{32}$/);
  });

  test('found by parts of what they are, page by page, the newest first', async () => {
    const ids: number[] = [];
    for (const name of ['p1', 'p2', 'p3'])
      ids.unshift((await create({ biz_id: `page-${name}`, tag: 'Pages', enabled: true })).id);
    const all = await list({ biz_id: 'PAGE-' });
    expect(all.items.map(({ id }) => id)).toEqual(ids);
    expect(all).toMatchObject({ total: 3, page: 1, page_size: 10 });
    const second = await list({ tag: 'page', page: 2, page_size: 2, enabled: true });
    expect([second.total, second.items.map(({ id }) => id)]).toEqual([3, ids.slice(2)]);
    expect((await list({ tag: 'page', enabled: false })).total).toBe(0);
    expect((await list({ email: 'nobody@', type: 'x' })).total).toBe(0);
    const today = new Date().toISOString().slice(0, 10);
    expect((await list({ tag: 'page', create_date: '2001-01-01' })).total).toBe(0);
    expect((await list({ tag: 'page', create_date: today })).total).toBe(3);
    expect((await list({ page_size: 5_000 })).page_size).toBe(1_000);
    for (const body of [{ page: 0 }, { create_date: 'soon' }, { enabled: 'yes' }])
      expect(await ask(ada, 'rts/list', body)).toMatchObject({ status: 400, body: REFUSED });
  });

  test('changed: "" takes away, an empty biz_id is passed over', async () => {
    const { id } = await create({ biz_id: 'before', tag: 'x', memo: 'y' });
    const update = (updates: object) => rt('update', { id, updates });
    expect(await update({ biz_id: 'after', tag: 'one', enabled: true })).toMatchObject({
      ...{ biz_id: 'after', tag: 'one', memo: 'y', enabled: true },
    });
    expect(await update({ biz_id: '', tag: '', memo: '', client_id: '' })).toMatchObject({
      ...{ biz_id: 'after', tag: '', memo: '', client_id: '' },
    });
    expect(await update({ enabled: false })).toMatchObject({ enabled: false });
    await create({ biz_id: 'taken' });
    for (const body of [
      { id, updates: { biz_id: 'taken' } },
      { id: 99_999, updates: {} },
      { id },
    ]) {
      expect(await ask(ada, 'rts/update', body)).toMatchObject({ status: 400, body: REFUSED });
    }
  });

  test('many deleted at once are all told of in the audit log', async () => {
    const rt_tokens = Array.from({ length: 120 }, () => provider.family());
    const made = await ask(ada, 'rts/batch-import', { tag: 'crowd', rt_tokens });
    expect([made.status, made.body['data']]).toEqual([
      200,
      { total_count: 120, success_count: 120, fail_count: 0 },
    ]);
    const { items } = await list({ tag: 'crowd', page_size: 1_000 });
    const ids = items.map(({ id }) => id);
    const told = await ask(ada, 'rts/batch-delete', { ids });
    expect(told.body['data']).toMatchObject({ success_count: 120, fail_count: 0 });
    const notes = await h.infra.db.auditEvent.findMany({ where: { action: 'accounts.delete' } });
    const text = JSON.stringify(notes.map(({ change }) => change));
    expect(ids.filter((id) => !text.includes(String(id)))).toEqual([]);
  });

  test('deleted for good, whether or not they are there', async () => {
    const [a, b] = [await create(), await create()];
    expect((await ask(ada, 'rts/delete', { id: a.id })).status).toBe(200);
    expect((await ask(ada, 'rts/delete', { id: a.id })).status).toBe(200);
    const told = await ask(ada, 'rts/batch-delete', { ids: [a.id, b.id] });
    expect(told.body['data']).toMatchObject({ success_count: 1, fail_count: 1 });
    expect((await list({ biz_id: b.biz_id })).total).toBe(0);
    expect(await h.infra.db.account.count({ where: { name: b.biz_id } })).toBe(0);
  });

  test('refreshed: the new tokens are told, the one before is kept', async () => {
    const made = await create();
    const after = await rt('refresh', { id: made.id, refresh_user_info: true });
    expect(after).toMatchObject({ last_rt: made.rt, refresh_result: 'ok' });
    expect(after.at).toMatch(/^at_/);
    expect(after.rt).not.toBe(made.rt);
    expect(after['last_refresh_time']).not.toBeNull();
    const bad = await create({ rt_token: 'rt_nobody_knows_this_one' });
    const told = await ask(ada, 'rts/refresh', { id: bad.id });
    expect(told).toMatchObject({ status: 500, body: REFUSED });
    expect(told.text).not.toContain('rt_nobody');
    expect((await ask(ada, 'rts/refresh', { id: 99_999 })).status).toBe(400);
    expect(await ask(ada, 'rts/refresh-user-info', { id: made.id })).toMatchObject({
      body: REFUSED,
    });
    const many = await ask(ada, 'rts/batch-refresh', { ids: [made.id, bad.id, 99_999] });
    expect(many.body['data']).toMatchObject({
      ...{ total_count: 2, success_count: 1, fail_count: 1 },
      results: [
        { rt_name: made.biz_id, success: true },
        { rt_name: bad.biz_id, success: false },
      ],
    });
  });

  test('many are added at once; what is known or stands there twice is counted', async () => {
    const [one, two] = [provider.family(), provider.family()];
    const body = { batch_name: 'old', tag: 'lot', rt_tokens: [` ${one} `, two, one, '', 'no'] };
    const told = await ask(ada, 'rts/batch-import', body);
    expect(told.body['data']).toEqual({ total_count: 4, success_count: 2, fail_count: 2 });
    const again = await ask(ada, 'rts/batch-import', body);
    expect(again.body['data']).toEqual({ total_count: 4, success_count: 0, fail_count: 4 });
    const { items } = await list({ tag: 'lot' });
    expect(items.map(({ rt }) => rt).sort()).toEqual([one, two].sort());
    expect(items.every(({ enabled }) => enabled === false)).toBe(true);
  });
});

describe('tokens', () => {
  test('are in clear for who proved it lately, and for a secret that is for them', async () => {
    const token = provider.family();
    const { id } = await create({ rt_token: token, biz_id: 'shown' });
    const shown = async (as: string) => (await list({ biz_id: 'shown' }, as)).items[0]?.rt;
    expect(await shown(ada)).toBe(token);
    expect(await shown(SHOWS)).toBe(token);
    expect(await shown(SECRET)).toBe(`${token.slice(0, 2)}…${token.slice(-4)}`);
    const notes = await h.infra.db.auditEvent.findMany({
      where: { action: 'vaultContract.show' },
    });
    expect(JSON.stringify(notes.map(({ change }) => change))).toContain(String(id));
  });

  test('an account that a secret makes belongs to somebody', async () => {
    const { biz_id: bizId } = await create({}, SECRET);
    const row = await h.infra.db.vaultToken.findUniqueOrThrow({
      where: { bizId },
      select: { account: { select: { owner: { select: { username: true } } } } },
    });
    expect(row.account.owner.username).toBe('ada');
  });
});

describe('configuration', () => {
  const save = (configs: object, as = ada) => ask(as, 'configs/save-system', { configs });

  test('is told as text, without password or secret', async () => {
    const { body } = await ask(ada, 'configs/get-system');
    expect(body['data']).toEqual({
      configs: {
        ...{ proxy_list: '[]', client_id_list: '["app_one"]' },
        ...{ auto_refresh_enabled: 'true', auto_refresh_interval: '2' },
      },
      env_configs: {
        ...{ API_PREFIX: '/public-api', API_SECRET: '********', ADMIN_PREFIX: '/internalweb' },
        ...{ ADMIN_USERNAME: 'ada', ADMIN_PASSWORD: '********' },
      },
    });
  });

  test.each([
    [{ proxy_list: 'no json' }],
    [{ proxy_list: '{"a":1}' }],
    [{ client_id_list: '[1]' }],
    [{ auto_refresh_interval: '31' }],
    [{ auto_refresh_enabled: 'perhaps' }],
    [{ proxy_list: '["ftp://nowhere"]' }],
  ])('%j is refused', async (configs) => {
    expect(await save(configs)).toMatchObject({ status: 400, body: REFUSED });
  });

  test('proxies go round among the accounts, and leave them again', async () => {
    const list2 = ['http://user:pass@proxy.example.com:8080', 'socks5://other.example.com:1080'];
    expect((await save({ proxy_list: JSON.stringify(list2) })).status).toBe(200);
    const told = (await ask(ada, 'configs/get-proxy-list')).body['data'];
    expect(told).toEqual(['http://proxy.example.com:8080', 'socks5://other.example.com:1080']);
    const counts = new Map<unknown, number>();
    for (const { proxy } of (await list({ page_size: 1_000 })).items)
      counts.set(proxy, (counts.get(proxy) ?? 0) + 1);
    const [one = 0, two = 0] = [...counts.values()];
    expect([counts.size, Math.abs(one - two) <= 1]).toEqual([2, true]);
    // What was told is sent back: nothing changes.
    expect((await save({ proxy_list: JSON.stringify(told) })).status).toBe(200);
    expect((await ask(ada, 'configs/get-proxy-list')).body['data']).toEqual(told);
    expect((await save({ proxy_list: '[]' })).status).toBe(200);
    expect((await list({ page_size: 1_000 })).items.every(({ proxy }) => proxy === '')).toBe(true);
  });

  test('client ids come and go, and accounts keep one', async () => {
    const { id } = await create();
    expect((await save({ client_id_list: '["app_two"]' })).status).toBe(200);
    expect((await ask(ada, 'configs/get-clientid-list')).body['data']).toEqual(['app_two']);
    expect(await rt('update', { id, updates: {} })).toMatchObject({ client_id: 'app_two' });
  });

  test('times of refreshing are saved', async () => {
    await save({ auto_refresh_enabled: 'false', auto_refresh_interval: '7', unknown_key: 'x' });
    const { body } = await ask(SECRET, 'configs/get-system');
    expect(body['data']).toMatchObject({
      configs: { auto_refresh_enabled: 'false', auto_refresh_interval: '7' },
    });
  });
});

test('whatever is sent, the answer is no fault of ours', async () => {
  const paths = h.app.rest.routes
    .map(({ path }) => path)
    .filter((path) => path.startsWith('/internalweb/v1/'))
    .map((path) => path.slice('/internalweb/v1/'.length));
  const ids = fc.record({ id: fc.anything(), ids: fc.array(fc.integer()), updates: fc.object() });
  const body = fc.oneof(
    fc.json(),
    fc.string({ unit: 'binary' }),
    ids.map((value) => JSON.stringify(value)),
    fc.record({ configs: fc.dictionary(fc.string(), fc.string()) }).map((v) => JSON.stringify(v)),
  );
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...paths), body, async (path, text) => {
      const told = await ask(SECRET, path, text);
      expect([path, text, told.status < 500]).toEqual([path, text, true]);
    }),
    { numRuns: 100 },
  );
});
