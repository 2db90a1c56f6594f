import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { PASSWORD, startApp, type TestApp } from '../../testing/app.ts';

/** Our own Plug-in API (rest/plugin-api) as the one that another Gatehouse is set up with. */
const ADMIN_KEY = 'plugin-admin-key-0123456789-abcdefgh';
const KEY = `gh-${'ben'.padEnd(43, '0')}`;
const QUESTION = 'word1 word2 word3';

const person = (username: string, role = 'member') => ({ username, password: PASSWORD, role });

let far: TestApp;
let near: TestApp;
let token: string;
beforeAll(async () => {
  far = await startApp(
    {
      users: [person('lena', 'admin'), person('ben')],
      platforms: [],
      accounts: [{ platform: 'sandbox', owner: 'lena', name: 'lent', shared: true }],
      models: [
        { name: 'echo', routes: [{ platform: 'sandbox', model: 'sandbox-echo', weight: 1 }] },
      ],
      keys: [],
    },
    { PLUGIN_ADMIN_KEY: ADMIN_KEY },
  );
  near = await startApp(
    {
      users: [person('ada', 'admin'), person('ben')],
      platforms: [],
      accounts: [],
      models: [{ name: 'far-echo', routes: [{ platform: 'plugin', model: 'echo', weight: 1 }] }],
      keys: [{ owner: 'ben', name: 'laptop', secret: KEY }],
    },
    { PLUGIN_API_BASE_URL: far.url, PLUGIN_API_ADMIN_KEY: ADMIN_KEY },
  );
  await vi.waitFor(async () => {
    const ready = await near.infra.db.pluginKey.count({ where: { state: 'ready' } });
    expect(ready).toBe(2);
  });
  const { access_token } = await asked<{ access_token: string }>('/api/auth/login', {
    body: { username: 'ben', password: PASSWORD },
    by: '',
  });
  token = access_token;
});
afterAll(async () => {
  await near?.[Symbol.asyncDispose]();
  await far?.[Symbol.asyncDispose]();
});

async function send(
  path: string,
  { body, by = token, method }: { body?: object; by?: string; method?: string } = {},
): Promise<Response> {
  return await fetch(near.url + path, {
    method: method ?? (body ? 'POST' : 'GET'),
    headers: {
      ...(by !== '' && { authorization: `Bearer ${by}` }),
      ...(body && { 'content-type': 'application/json' }),
    },
    ...(body && { body: JSON.stringify(body) }),
  });
}

async function asked<Answer>(path: string, options: Parameters<typeof send>[1] = {}) {
  const res = await send(path, options);
  const text = await res.text();
  expect(res.status, text).toBe(200);
  return JSON.parse(text) as Answer;
}

const messages = [{ role: 'user', content: QUESTION }];
/** Who ben of `near` is at `far`, which has a ben of its own. */
const benThere = async () =>
  await far.infra.db.user.findFirstOrThrow({
    where: { NOT: { username: 'ben' }, OR: [{ displayName: 'ben' }, { username: 'ben-2' }] },
  });

test('everybody gets a user there, who is another than one of the same name', async () => {
  const { plugin_user_id } = await asked<{ plugin_user_id: string }>('/api/plugin-api/key');
  expect(plugin_user_id).toBe((await benThere()).id);
  const names = await far.infra.db.user.findMany({ select: { username: true } });
  expect(names).toHaveLength(4);
});

test('its models are listed to people here', async () => {
  const { data } = await asked<{ data: { id: string }[] }>('/api/plugin-api/models');
  expect(data.map(({ id }) => id)).toEqual(['echo']);
});

test.each([
  ['a token through the proxy', '/api/plugin-api/chat/completions', 'echo', () => token],
  ['a key through the proxy', '/api/plugin-api/chat/completions', 'echo', () => KEY],
  ['a key through a model of ours', '/v1/chat/completions', 'far-echo', () => KEY],
])('%s chats, in one piece and in a stream', async (_how, path, model, by) => {
  const whole = await asked<{ choices: { message: { content: string } }[] }>(path, {
    body: { model, messages, stream: false },
    by: by(),
  });
  expect(whole.choices[0]?.message.content).toContain(QUESTION);
  const stream = await send(path, { body: { model, messages, stream: true }, by: by() });
  const text = await stream.text();
  expect(text).toContain('word3');
  expect(text.trimEnd()).toMatch(/data: \[DONE\]$/);
});

test('each chat is one record here and one there, of its own person', async () => {
  const there = (await benThere()).id;
  await vi.waitFor(async () => {
    const [own, theirs] = await Promise.all([
      near.infra.db.usage.findMany({ where: { platformId: 'plugin' } }),
      far.infra.db.usage.findMany(),
    ]);
    expect(own).toHaveLength(6);
    expect(theirs).toHaveLength(6);
    expect(new Set(theirs.map(({ userId }) => userId))).toEqual(new Set([there]));
    const all = (rows: typeof own) =>
      rows.map(({ inputTokens, outputTokens }) => [inputTokens, outputTokens]);
    expect(all(theirs)).toEqual(Array(6).fill([3, 3]));
    // Streams through the proxy tell no figures unless they are asked to; those are counted here.
    const exact = own.filter(({ estimated }) => !estimated);
    expect(all(exact)).toEqual(Array(4).fill([3, 3]));
    const counted = own.filter(({ estimated }) => estimated);
    expect(all(counted)).toEqual(Array(2).fill([6, 6]));
  });
});

test('accounts, credit, consumption and the preference are those of there', async () => {
  expect(await asked('/api/plugin-api/accounts')).toMatchObject({ success: true, data: [] });
  for (const path of ['user', 'shared-pool', 'consumption?limit=2']) {
    expect(await asked(`/api/plugin-api/quotas/${path}`)).toMatchObject({ success: true });
  }
  const body = { prefer_shared: 1 };
  await asked('/api/plugin-api/preference', { method: 'PUT', body });
  expect(await asked('/api/plugin-api/preference')).toMatchObject({ data: { prefer_shared: 1 } });
  expect((await benThere()).preferShared).toBe(true);
});

test('who is switched off there is told so here, and is on again with their key', async () => {
  const { id } = await benThere();
  const set = (status: 0 | 1) =>
    fetch(`${far.url}/api/users/${id}/status`, {
      method: 'PUT',
      headers: { authorization: `Bearer ${ADMIN_KEY}`, 'content-type': 'application/json' },
      body: JSON.stringify({ status }),
    });
  const path = '/api/plugin-api/accounts';
  await set(0);
  await vi.waitFor(async () => expect((await send(path)).status).toBe(401));
  await set(1);
  await vi.waitFor(async () => expect((await send(path)).status).toBe(200));
});
