import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { PASSWORD, startApp, type TestApp } from '../../testing/app.ts';
import {
  PLUGIN_ADMIN_KEY,
  type PluginApiServer,
  startPluginApi,
  streamed,
  told,
} from '../../testing/plugin-api-server.ts';

/** Contract 000, section 3.3. */
const KEY = `gh-${'ben'.padEnd(43, '0')}`;
const NARROW = `gh-${'narrow'.padEnd(43, '0')}`;
const CHAT = { model: 'gemini-3-pro', messages: [{ role: 'user', content: 'Hello there' }] };
const CHAT_PATH = 'POST /v1/chat/completions';

let plugin: PluginApiServer;
let h: TestApp;
const tokens: Record<string, string> = {};

const event = (json: object) => `data: ${JSON.stringify(json)}\n\n`;
const words = (content: string) =>
  event({ choices: [{ index: 0, delta: { content }, finish_reason: null }] });
const usage = { prompt_tokens: 11, completion_tokens: 5, total_tokens: 16 };
const finish = event({ choices: [{ index: 0, delta: {}, finish_reason: 'stop' }], usage });
const DONE = 'data: [DONE]\n\n';

beforeAll(async () => {
  plugin = await startPluginApi();
  const person = (username: string, more: object = {}) => ({
    ...{ username, password: PASSWORD, role: 'member' },
    ...more,
  });
  h = await startApp(
    {
      users: [person('ada', { role: 'admin' }), person('ben'), person('sid'), person('eve')],
      platforms: [],
      accounts: [],
      models: [],
      keys: [
        { owner: 'ben', name: 'ben', secret: KEY },
        { owner: 'ben', name: 'narrow', secret: NARROW, models: ['other'] },
      ],
    },
    { PLUGIN_API_BASE_URL: `${plugin.url}/`, PLUGIN_API_ADMIN_KEY: PLUGIN_ADMIN_KEY },
  );
  for (const username of ['ben', 'sid', 'eve']) tokens[username] = await signIn(username);
  await vi.waitFor(async () => {
    const ready = await h.infra.db.pluginKey.count({ where: { state: 'ready' } });
    expect(ready).toBe(4);
  });
  await h.infra.db.user.update({ where: { username: 'sid' }, data: { state: 'silenced' } });
  await h.infra.db.pluginKey.deleteMany({ where: { user: { username: 'eve' } } });
});
afterAll(async () => {
  await h?.[Symbol.asyncDispose]();
  await plugin?.[Symbol.asyncDispose]();
});
afterEach(() => {
  plugin.when(CHAT_PATH, null);
});

async function signIn(username: string): Promise<string> {
  const res = await fetch(`${h.url}/api/auth/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ username, password: PASSWORD }),
  });
  const { access_token: token } = (await res.json()) as { access_token: string };
  return token;
}

async function send(
  method: string,
  path: string,
  {
    body,
    by = tokens['ben'] ?? '',
    headers = {},
    signal,
  }: {
    body?: unknown;
    by?: string;
    headers?: Record<string, string>;
    signal?: AbortSignal;
  } = {},
): Promise<Response> {
  return await fetch(`${h.url}/api/plugin-api${path}`, {
    method,
    headers: { authorization: `Bearer ${by}`, 'content-type': 'application/json', ...headers },
    ...(body !== undefined && { body: JSON.stringify(body) }),
    ...(signal && { signal }),
  });
}

const lastCall = () => plugin.calls.at(-1);
const benThere = () => plugin.users.find(({ name }) => name === 'ben');
const recordOf = async (res: Response) => {
  const id = res.headers.get('x-request-id') ?? '';
  return await vi.waitFor(async () => {
    const { rows } = await h.infra.pool.query('SELECT * FROM usage WHERE id = $1', [id]);
    expect(rows).toHaveLength(1);
    return rows[0];
  });
};

test('everybody got one account there, asked for by their name', () => {
  expect(plugin.users.map(({ name }) => name).sort()).toEqual(['ada', 'ben', 'eve', 'sid']);
  const [made] = plugin.calls.filter(
    ({ method, path }) => method === 'POST' && path === '/api/users',
  );
  expect(made?.json).toMatchObject({ prefer_shared: 0 });
});

test('one learns of one’s key, and never what it is', async () => {
  const res = await send('GET', '/key');
  expect(res.status).toBe(200);
  const text = await res.text();
  expect(JSON.parse(text)).toEqual({
    id: expect.any(Number),
    user_id: expect.any(Number),
    plugin_user_id: benThere()?.user_id,
    is_active: true,
    created_at: expect.any(String),
    updated_at: expect.any(String),
    last_used_at: null,
  });
  expect(text).not.toContain('sk-made');
});

test.each([
  ['POST', '/oauth/authorize', { is_shared: 1 }, 'POST /api/oauth/authorize'],
  [
    'POST',
    '/oauth/callback',
    { callback_url: 'https://x/?code=1' },
    'POST /api/oauth/callback/manual',
  ],
  ['GET', '/accounts', undefined, 'GET /api/accounts'],
  ['GET', '/accounts/c1', undefined, 'GET /api/accounts/c1'],
  ['PUT', '/accounts/c1/status', { status: 0 }, 'PUT /api/accounts/c1/status'],
  ['PUT', '/accounts/c1/name', { name: 'mine' }, 'PUT /api/accounts/c1/name'],
  ['PUT', '/accounts/c1/type', { is_shared: 1 }, 'PUT /api/accounts/c1/type'],
  ['DELETE', '/accounts/c1', undefined, 'DELETE /api/accounts/c1'],
  ['GET', '/accounts/c1/quotas', undefined, 'GET /api/accounts/c1/quotas'],
  [
    'PUT',
    '/accounts/c1/quotas/m-1/status',
    { status: 1 },
    'PUT /api/accounts/c1/quotas/m-1/status',
  ],
  ['GET', '/quotas/user', undefined, 'GET /api/quotas/user'],
  ['GET', '/quotas/shared-pool', undefined, 'GET /api/quotas/shared-pool'],
  [
    'GET',
    '/quotas/consumption?limit=5&start_date=2026-01-01&key=x',
    undefined,
    'GET /api/quotas/consumption?limit=5&start_date=2026-01-01',
  ],
  ['GET', '/models', undefined, 'GET /v1/models'],
  ['GET', '/preference', undefined, 'GET /api/user/me'],
])('%s %s is asked there with the person’s own key', async (method, path, body, asked) => {
  const res = await send(method, path, { body });
  expect(res.status).toBe(200);
  expect(await res.json()).toEqual({ success: true, data: { asked } });
  expect(lastCall()?.headers.authorization).toBe(`Bearer ${benThere()?.key}`);
  expect(lastCall()?.json).toEqual(body ?? null);
});

test('the preference is set for whom one is there', async () => {
  const res = await send('PUT', '/preference', { body: { prefer_shared: 1 } });
  const asked = `PUT /api/users/${benThere()?.user_id}/preference`;
  expect(await res.json()).toEqual({ success: true, data: { asked } });
});

test('is_shared is 0 unless said otherwise', async () => {
  await send('POST', '/oauth/authorize');
  expect(lastCall()?.json).toEqual({ is_shared: 0 });
});

test.each([400, 401, 403, 404, 409, 429, 500, 503])(
  'their %i is ours, with its body',
  async (status) => {
    plugin.when('GET /api/accounts', told(status, { error: `scripted ${status}` }));
    const res = await send('GET', '/accounts');
    plugin.when('GET /api/accounts', null);
    expect(res.status).toBe(status);
    expect(await res.json()).toEqual({ error: `scripted ${status}` });
  },
);

test('a connection that breaks is told as 502 with a detail', async () => {
  plugin.when('GET /api/accounts', (_call, res) => void res.destroy());
  const res = await send('GET', '/accounts');
  plugin.when('GET /api/accounts', null);
  expect(res.status).toBe(502);
  expect(await res.json()).toMatchObject({ detail: expect.any(String) });
});

test('who has no key is told so with 400', async () => {
  await h.infra.db.pluginKey.deleteMany({ where: { user: { username: 'eve' } } });
  const res = await send('GET', '/accounts', { by: tokens['eve'] ?? '' });
  expect([res.status, await res.json()]).toEqual([
    400,
    expect.objectContaining({ detail: expect.any(String) }),
  ]);
  expect((await send('GET', '/key', { by: tokens['eve'] ?? '' })).status).toBe(404);
});

test.each([
  '/accounts/..%2fusers',
  '/accounts/%2e%2e',
  '/accounts/..%5cusers',
  '/accounts/c1/quotas/..%2f..%2fx/status',
])('%s does not lead anywhere else', async (path) => {
  const before = plugin.calls.length;
  const res = await send(path.endsWith('status') ? 'PUT' : 'GET', path, {
    ...(path.endsWith('status') && { body: { status: 1 } }),
  });
  expect([404, 405, 422]).toContain(res.status);
  expect(plugin.calls.slice(before).map((call) => call.path)).not.toContain('/api/users');
  expect(plugin.calls).toHaveLength(before);
});

test.each([
  ['PUT', '/accounts/c1/status', { status: 'on' }],
  ['PUT', '/accounts/c1/name', {}],
  ['POST', '/oauth/callback', {}],
  ['PUT', '/preference', { prefer_shared: null }],
  ['POST', '/chat/completions', { messages: [] }],
  ['GET', '/quotas/consumption?limit=many', undefined],
])('%s %s refuses %j', async (method, path, body) => {
  const before = plugin.calls.length;
  expect((await send(method, path, { body })).status).toBe(422);
  expect(plugin.calls).toHaveLength(before);
});

test('none of our client’s headers go there, least of all the credential', async () => {
  const headers = { cookie: 'gatehouse=1', 'x-evil': 'yes', 'x-forwarded-for': '10.0.0.1' };
  await send('GET', '/accounts', { headers });
  const sent = JSON.stringify(lastCall()?.headers);
  for (const word of [
    'gatehouse=1',
    'x-evil',
    'x-forwarded-for',
    tokens['ben'] ?? '-',
    PLUGIN_ADMIN_KEY,
  ]) {
    expect(sent).not.toContain(word);
  }
});

describe('chat', () => {
  test('streams unless told otherwise, and leaves one record', async () => {
    plugin.when(CHAT_PATH, streamed([words('Hi'), words(' you'), finish, DONE]));
    const res = await send('POST', '/chat/completions', { body: CHAT });
    expect(res.status).toBe(200);
    expect(res.headers.get('content-type')).toContain('text/event-stream');
    expect(await res.text()).toBe([words('Hi'), words(' you'), finish, DONE].join(''));
    expect(lastCall()?.json).toEqual({ ...CHAT, stream: true });
    expect(await recordOf(res)).toMatchObject({
      door: 'plugin-api',
      platform_id: 'plugin',
      model: 'gemini-3-pro',
      outcome: 'ok',
      stream: true,
    });
  });

  test('with a key and without a stream', async () => {
    const answer = { id: 'chatcmpl-1', choices: [{ message: { content: 'Hi' } }], usage };
    plugin.when(CHAT_PATH, told(200, answer));
    const res = await send('POST', '/chat/completions', {
      by: KEY,
      body: { ...CHAT, stream: false },
    });
    expect(await res.json()).toEqual(answer);
    expect(lastCall()?.json).toEqual({ ...CHAT, stream: false });
    const record = await recordOf(res);
    expect([Number(record.input_tokens), Number(record.output_tokens)]).toEqual([11, 5]);
  });

  test('their refusal is ours, recorded as one', async () => {
    plugin.when(CHAT_PATH, told(429, { error: 'RESOURCE_EXHAUSTED' }));
    const res = await send('POST', '/chat/completions', { body: CHAT });
    expect([res.status, await res.json()]).toEqual([429, { error: 'RESOURCE_EXHAUSTED' }]);
    expect(await recordOf(res)).toMatchObject({ outcome: 'upstream_refused', status: 429 });
  });

  test('an error inside a stream is told by a status', async () => {
    plugin.when(CHAT_PATH, streamed([words('RESOURCE_EXHAUSTED'), finish, DONE]));
    const res = await send('POST', '/chat/completions', { body: CHAT });
    expect([res.status, await res.json()]).toEqual([429, { error: 'RESOURCE_EXHAUSTED' }]);
  });

  test('a stream that breaks ends with an error, not quietly', async () => {
    plugin.when(CHAT_PATH, (_call, res) => {
      res.writeHead(200, { 'content-type': 'text/event-stream' });
      res.write(words('Hi'), () => setImmediate(() => res.destroy()));
    });
    const res = await send('POST', '/chat/completions', { body: CHAT });
    const text = await res.text();
    expect(text).toContain('"upstream_error"');
    expect(text).not.toContain('[DONE]');
    expect(await recordOf(res)).toMatchObject({ outcome: 'upstream_failed' });
  });

  test('a client that leaves ends it there, too', async () => {
    plugin.when(CHAT_PATH, streamed([words('Hi')], { ends: false }));
    const leaving = new AbortController();
    const res = await send('POST', '/chat/completions', { body: CHAT, signal: leaving.signal });
    await res.body?.getReader().read();
    leaving.abort();
    await lastCall()?.closed;
    expect(await recordOf(res)).toMatchObject({ outcome: 'aborted' });
  });

  test.each([
    ['silenced people', () => tokens['sid'] ?? '', 403],
    ['a key that may not use the model', () => NARROW, 403],
    ['nobody', () => 'nothing', 401],
  ])('is refused to %s', async (_who, by, status) => {
    const before = plugin.calls.length;
    const res = await send('POST', '/chat/completions', { body: CHAT, by: by() });
    expect(res.status).toBe(status);
    expect(plugin.calls).toHaveLength(before);
  });

  test('the second family is for those who try it out', async () => {
    const headers = { 'x-api-type': 'kiro' };
    expect((await send('GET', '/models', { headers })).status).toBe(403);
    await h.infra.db.user.update({ where: { username: 'ben' }, data: { beta: true } });
    expect((await send('GET', '/models', { headers })).status).toBe(200);
    expect(lastCall()?.headers['x-account-type']).toBe('kiro');
  });

  test('images by Gemini’s form', async () => {
    const path = '/v1beta/models/gemini-2.5-pro-image:generateContent';
    const body = { contents: [{ parts: [{ text: 'a cat' }] }] };
    const res = await send('POST', path, { body, by: KEY });
    expect(await res.json()).toEqual({ success: true, data: { asked: `POST ${path}` } });
    expect(await recordOf(res)).toMatchObject({ model: 'gemini-2.5-pro-image' });
  });
});

test('the account serves its person through the doors, and cannot be lent', async () => {
  const found = await h.infra.db.account.findFirstOrThrow({
    where: { platformId: 'plugin', owner: { username: 'ben' } },
  });
  expect([found.kind, found.policyClass, found.shared]).toEqual(['plugin', 'personal', false]);
  expect(found.secret).not.toContain('sk-made');
  const cookie = await h.signIn('ben');
  const res = await fetch(`${h.url}/trpc/accounts.update`, {
    method: 'POST',
    headers: { origin: h.url, cookie, 'content-type': 'application/json' },
    body: JSON.stringify({ id: found.id, shared: true }),
  });
  expect(res.status).toBe(400);
});
