import { once } from 'node:events';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { LeasePage } from '#shared/schemas/vault-secrets.ts';
import { newId } from '../../infra/ids.ts';
import { PASSWORD, startApp, type TestApp } from '../../testing/app.ts';

const API_SECRET = 'Zk3-q8Wn_5tYxR7mB1cLdF0uHvJp9sEa';

/** What the token endpoint answers next; each refresh token is good once. */
const provider = { asked: 0, answer: 'good' as 'good' | 'invalid' | 'down' };
const endpoint = createServer((_req, res) => {
  provider.asked += 1;
  const n = provider.asked;
  if (provider.answer === 'down') return void res.writeHead(503).end('away');
  const ok = provider.answer === 'good';
  res.writeHead(ok ? 200 : 400, { 'content-type': 'application/json' });
  const told = ok
    ? { access_token: `at-fresh-${n}`, refresh_token: `rt-fresh-${n}`, expires_in: 3_600 }
    : { error: 'invalid_grant', error_description: 'rt-secret-of-a-failure is not good' };
  // A moment, so that those who ask at once do meet.
  setImmediate(() => res.end(JSON.stringify(told)));
});

let h: TestApp;
let admin: Awaited<ReturnType<typeof browser>>;
let clientId: string;

beforeAll(async () => {
  endpoint.listen(0, '127.0.0.1');
  await once(endpoint, 'listening');
  const port = (endpoint.address() as AddressInfo).port;
  h = await startApp(
    {
      users: [
        { username: 'ada', password: PASSWORD, role: 'admin' },
        { username: 'ben', password: PASSWORD, role: 'member' },
      ],
      platforms: [
        { id: 'lab', name: 'Lab', protocol: 'openai-chat', baseUrl: `http://127.0.0.1:${port}/v1` },
      ],
      accounts: [],
      models: [],
      keys: [],
    },
    { API_SECRET, OUTBOUND_ALLOW: `127.0.0.1:${port}`, TRUSTED_PROXIES: 'loopback' },
  );
  admin = await browser('ada');
  clientId = newId();
  await h.infra.db.oAuthClient.create({
    data: {
      ...{ id: clientId, platformId: 'lab', name: 'lab', clientId: 'a-client' },
      tokenEndpoint: `http://127.0.0.1:${port}/token`,
    },
  });
});
afterAll(async () => {
  await h[Symbol.asyncDispose]();
  endpoint.close();
});

async function browser(username: string) {
  const cookie = await h.signIn(username);
  const headers = { cookie, origin: h.url, 'content-type': 'application/json' };
  const data = async (res: Response) => {
    const { error, result } = (await res.json()) as {
      error?: { data: { appCode: string } };
      result?: { data: unknown };
    };
    return error ? { error: error.data.appCode } : result?.data;
  };
  return {
    mutate: async (path: string, input: unknown) =>
      data(
        await fetch(`${h.url}/trpc/${path}`, {
          ...{ method: 'POST', headers },
          body: JSON.stringify(input),
        }),
      ),
    query: async (path: string, input: unknown = {}) => {
      const asked = encodeURIComponent(JSON.stringify(input));
      return data(await fetch(`${h.url}/trpc/${path}?input=${asked}`, { headers }));
    },
    get: (path: string) => fetch(h.url + path, { headers: { cookie } }),
  };
}

async function secretFor(more: object = {}): Promise<{ id: string; secret: string }> {
  const made = await admin.mutate('vaultSecrets.create', {
    ...{ name: 'a tool', scopes: ['read', 'refresh'], tags: [], bizIds: [], expiresAt: null },
    ...more,
  });
  return made as { id: string; secret: string };
}

let made = 0;
/** An account whose access token ends in `endsInS` seconds; null = it has none. */
async function account(more: object = {}, endsInS: number | null = 3_600): Promise<string> {
  made += 1;
  const ada = await h.infra.db.user.findUniqueOrThrow({ where: { username: 'ada' } });
  const [added] = await h.app.services.vault.add([
    {
      ...{ ownerId: ada.id, platformId: 'lab', name: `acc ${made}`, clientId, autoRefresh: false },
      ...{ refreshToken: `rt-kept-${made}`, bizId: `biz-${made}`, email: `p${made}@example.com` },
      ...(endsInS !== null && {
        accessToken: `at-kept-${made}`,
        accessExpiresAt: new Date(Date.now() + endsInS * 1_000),
      }),
      ...{ plan: 'plus', userName: 'Pat' },
      ...more,
    },
  ]);
  if (added?.kind !== 'created') throw new Error(JSON.stringify(added));
  return added.bizId;
}

let asked = 0;
async function ask(
  path: string,
  body: unknown,
  secret: string | null = API_SECRET,
  more: Record<string, string> = {},
) {
  asked += 1;
  const res = await fetch(`${h.url}/public-api${path}`, {
    method: body === undefined ? 'GET' : 'POST',
    headers: {
      'content-type': 'application/json',
      'x-forwarded-for': `10.9.${asked >> 8}.${asked & 255}`,
      ...(secret !== null && { 'x-api-secret': secret }),
      ...more,
    },
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const text = await res.text();
  return { status: res.status, text, body: JSON.parse(text) as Record<string, unknown> };
}

const REFUSED = { success: false, msg: expect.stringMatching(/\w/) };
const TIME = expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);

describe('contract 003, 3.1', () => {
  test('health says that the secret is good', async () => {
    expect(await ask('/health', undefined)).toMatchObject({
      status: 200,
      body: { status: 'ok', message: expect.any(String) },
    });
    expect(await ask('/health', undefined, null)).toMatchObject({ status: 401, body: REFUSED });
  });

  test('get-at gives the token there is, in the contract’s shape, and asks no platform', async () => {
    const before = provider.asked;
    const biz = await account();
    const { body, status } = await ask('/get-at', { biz_id: biz });
    expect(status).toBe(200);
    expect(body).toEqual({
      success: true,
      msg: expect.any(String),
      data: {
        ...{ biz_id: biz, email: `p${made}@example.com`, access_token: `at-kept-${made}` },
        ...{ refresh_token: '', type: 'plus', user_name: 'Pat', expires_at: TIME },
      },
    });
    expect(provider.asked).toBe(before);
  });

  test('an account without an access token answers with an empty one, and leaves no lease', async () => {
    const biz = await account({}, null);
    const { body, status } = await ask('/get-at', { biz_id: biz });
    expect({ status, data: body['data'] }).toMatchObject({
      status: 200,
      data: { access_token: '', expires_at: null },
    });
    expect(await leasesOf(biz)).toEqual([]);
  });

  test('refresh gives a new one, and no refresh token', async () => {
    const biz = await account();
    const { body, status, text } = await ask('/refresh', { biz_id: biz });
    expect({ status, data: body['data'] }).toMatchObject({
      status: 200,
      data: { access_token: expect.stringMatching(/^at-fresh-/), refresh_token: '' },
    });
    expect(text).not.toMatch(/rt-/);
  });

  test('a biz id counts before an e-mail, and empty texts are none', async () => {
    const biz = await account();
    await account();
    const both = await ask('/get-at', { biz_id: biz, email: `p${made}@example.com` });
    expect(both.body['data']).toMatchObject({ biz_id: biz });
    const empty = await ask('/get-at', { biz_id: '', email: `p${made}@example.com` });
    expect(empty.body['data']).toMatchObject({ biz_id: `biz-${made}` });
  });

  test.each([
    ['text that is not JSON', '{"biz_id":'],
    ['nothing', ''],
    ['neither of them', {}],
    ['both empty', { biz_id: '', email: null }],
    ['a number', { biz_id: 7 }],
    ['a list', []],
    ['null', 'null'],
    ['a NUL', { biz_id: 'a\0b' }],
    ['more than fits', { biz_id: 'x'.repeat(300) }],
    ['half a second', { biz_id: 'a', min_ttl: 0.5 }],
    ['less than nothing', { biz_id: 'a', min_ttl: -1 }],
    ['for ever', { biz_id: 'a', min_ttl: 1e12 }],
  ])('%s is refused with 400', async (_what, body) => {
    for (const path of ['/get-at', '/refresh']) {
      expect(await ask(path, body), path).toMatchObject({ status: 400, body: REFUSED });
    }
  });

  test('an unknown account is 404', async () => {
    for (const body of [{ biz_id: 'nobody' }, { email: 'nobody@example.com' }, { biz_id: '%' }]) {
      expect(await ask('/get-at', body)).toMatchObject({ status: 404, body: REFUSED });
      expect(await ask('/refresh', body)).toMatchObject({ status: 404, body: REFUSED });
    }
  });

  test('an e-mail of several accounts is 409, and says so', async () => {
    await account({ email: 'twice@example.com' });
    await account({ email: 'twice@example.com', tags: ['mine'] });
    const { body, status } = await ask('/get-at', { email: 'twice@example.com' });
    expect(status).toBe(409);
    expect(body['msg']).toMatch(/2 accounts/);
    // Those that a secret is not for do not count.
    const { secret } = await secretFor({ tags: ['mine'] });
    expect(await ask('/get-at', { email: 'twice@example.com' }, secret)).toMatchObject({
      status: 200,
      body: { data: { biz_id: `biz-${made}` } },
    });
  });

  test('one that is switched off is 403, and is not refreshed', async () => {
    const biz = await account({ enabled: false });
    const before = provider.asked;
    for (const path of ['/get-at', '/refresh']) {
      expect(await ask(path, { biz_id: biz })).toMatchObject({ status: 403, body: REFUSED });
    }
    expect(provider.asked).toBe(before);
  });

  test.each(['invalid', 'down'] as const)(
    'a refresh that is %s is 500, told without tokens',
    async (how) => {
      const biz = await account();
      provider.answer = how;
      try {
        const { body, status, text } = await ask('/refresh', { biz_id: biz });
        expect(status).toBe(500);
        expect(body).toEqual({ ...REFUSED, data: { refresh_result: expect.stringMatching(/\w/) } });
        expect(text).not.toMatch(/rt-kept|at-kept/);
        expect(await leasesOf(biz)).toEqual([]);
      } finally {
        provider.answer = 'good';
      }
    },
  );
});

describe('min_ttl', () => {
  test('a token that lasts so long is given as it is, another one is refreshed first', async () => {
    const biz = await account({}, 600);
    const before = provider.asked;
    const lasting = await ask('/get-at', { biz_id: biz, min_ttl: 300 });
    expect(lasting.body['data']).toMatchObject({ access_token: `at-kept-${made}` });
    const asRefresh = await ask('/refresh', { biz_id: biz, min_ttl: 300 });
    expect(asRefresh.body['data']).toMatchObject({ access_token: `at-kept-${made}` });
    expect(provider.asked).toBe(before);
    const renewed = await ask('/get-at', { biz_id: biz, min_ttl: 1_800 });
    expect(renewed.body['data']).toMatchObject({ access_token: expect.stringMatching(/fresh/) });
    expect(provider.asked).toBe(before + 1);
  });

  test('of fifty that ask at once, the platform hears one', async () => {
    const biz = await account({}, 60);
    const before = provider.asked;
    const all = await Promise.all(
      Array.from({ length: 50 }, () => ask('/get-at', { biz_id: biz, min_ttl: 600 })),
    );
    expect(new Set(all.map(({ status }) => status))).toEqual(new Set([200]));
    const tokens = all.map(({ body }) => (body['data'] as { access_token: string }).access_token);
    expect(new Set(tokens).size).toBe(1);
    expect(provider.asked).toBe(before + 1);
    expect(await leasesOf(biz)).toHaveLength(50);
  });
});

describe('secrets', () => {
  test('of each kind open what they are for', async () => {
    const biz = await account({ tags: ['team'] });
    const kinds: [object, number, number, number][] = [
      [{ scopes: ['read'] }, 200, 200, 403],
      [{ scopes: ['refresh'] }, 200, 200, 200],
      [{ scopes: ['admin'] }, 200, 403, 403],
      [{ scopes: ['refresh-token'] }, 200, 403, 403],
      [{ tags: ['team', 'x'] }, 200, 200, 200],
      [{ bizIds: [biz] }, 200, 200, 200],
      [{ tags: ['other'] }, 200, 404, 404],
      [{ bizIds: ['other'] }, 200, 404, 404],
    ];
    for (const [more, health, get, refresh] of kinds) {
      const { secret } = await secretFor(more);
      const found = [
        (await ask('/health', undefined, secret)).status,
        (await ask('/get-at', { biz_id: biz }, secret)).status,
        (await ask('/refresh', { biz_id: biz }, secret)).status,
      ];
      expect([more, ...found]).toEqual([more, health, get, refresh]);
    }
  });

  test('an account that is not on the list is told of like one that is not there', async () => {
    const off = await account({ enabled: false });
    const { secret } = await secretFor({ tags: ['nothing'] });
    const listed = await ask('/get-at', { biz_id: off }, secret);
    const unknown = await ask('/get-at', { biz_id: 'nobody' }, secret);
    expect(listed).toEqual(unknown);
  });

  test('one that only reads may not say how long', async () => {
    const biz = await account();
    const { secret } = await secretFor({ scopes: ['read'] });
    const told = await ask('/get-at', { biz_id: biz, min_ttl: 10 }, secret);
    expect(told).toMatchObject({ status: 403, body: { msg: expect.stringMatching(/min_ttl/) } });
  });

  test('only one that is for it is given the refresh token', async () => {
    const biz = await account();
    const { secret } = await secretFor({ scopes: ['read', 'refresh', 'refresh-token'] });
    const first = await ask('/get-at', { biz_id: biz }, secret);
    expect(first.body['data']).toMatchObject({ refresh_token: `rt-kept-${made}` });
    const second = await ask('/refresh', { biz_id: biz }, secret);
    expect(second.body['data']).toMatchObject({
      refresh_token: expect.stringMatching(/^rt-fresh/),
    });
  });

  test('a revoked, an ended and an unknown one are told the same', async () => {
    const revoked = await secretFor();
    expect((await ask('/health', undefined, revoked.secret)).status).toBe(200);
    await admin.mutate('vaultSecrets.revoke', { id: revoked.id });
    await expect
      .poll(async () => (await ask('/health', undefined, revoked.secret)).status)
      .toBe(401);
    const ended = await secretFor();
    await h.infra.pool.query('UPDATE vault_secrets SET expires_at = now() WHERE id = $1', [
      ended.id,
    ]);
    const told = [revoked.secret, ended.secret, `ghv-${'a'.repeat(43)}`, 'x'].map(
      async (secret) => await ask('/health', undefined, secret),
    );
    const [first, ...others] = await Promise.all(told);
    expect(first).toMatchObject({ status: 401, body: REFUSED });
    for (const other of others) expect(other).toEqual(first);
  });

  test('what it is changed to counts from the next request on', async () => {
    const biz = await account({ tags: ['was'] });
    const { id, secret } = await secretFor({ tags: ['was'] });
    expect((await ask('/get-at', { biz_id: biz }, secret)).status).toBe(200);
    const settings = {
      name: 'a tool',
      scopes: ['read'],
      tags: ['is'],
      bizIds: [],
      expiresAt: null,
    };
    await admin.mutate('vaultSecrets.update', { id, ...settings });
    await expect.poll(async () => (await ask('/get-at', { biz_id: biz }, secret)).status).toBe(404);
  });

  test('nothing but one header is read for it', async () => {
    const inQuery = await fetch(
      `${h.url}/public-api/health?secret=${API_SECRET}&X-API-Secret=${API_SECRET}`,
    );
    expect(inQuery.status).toBe(401);
    const asBearer = await ask('/health', undefined, null, {
      authorization: `Bearer ${API_SECRET}`,
    });
    expect(asBearer.status).toBe(401);
    const twice = await new Promise<number>((resolve, reject) => {
      const req = request(`${h.url}/public-api/health`, (res) => {
        res.resume();
        resolve(res.statusCode ?? 0);
      });
      req.on('error', reject);
      req.setHeader('x-api-secret', [API_SECRET, API_SECRET]);
      req.end();
    });
    expect(twice).toBe(401);
  });

  test('wrong ones are slowed down by address, right ones from there are taken', async () => {
    const from = { 'x-forwarded-for': '192.0.2.77' };
    const wrong = () => ask('/health', undefined, 'wrong', from);
    const statuses: number[] = [];
    for (let i = 0; i < 40; i += 1) statuses.push((await wrong()).status);
    expect(statuses[0]).toBe(401);
    expect(statuses.at(-1)).toBe(429);
    expect((await ask('/health', undefined, API_SECRET, from)).status).toBe(200);
    expect((await ask('/health', undefined, 'wrong')).status).toBe(401);
  });

  test('are kept as hashes, and their text is nowhere', async () => {
    const { id, secret } = await secretFor();
    const { rows } = await h.infra.pool.query('SELECT * FROM vault_secrets WHERE id = $1', [id]);
    expect(JSON.stringify(rows)).not.toContain(secret);
    expect(JSON.stringify(await admin.query('vaultSecrets.list'))).not.toContain(secret);
    const { rows: notes } = await h.infra.pool.query('SELECT * FROM audit_events');
    expect(notes.map(({ change }) => JSON.stringify(change)).join()).not.toContain(secret);
    expect(notes.map(({ action }) => action)).toContain('vaultSecrets.create');
  });

  test('one for the admin API has no list, one in the past is not made', async () => {
    expect(await secretFor({ scopes: ['admin'], tags: ['x'] })).toEqual({ error: 'bad_request' });
    const expiresAt = new Date(Date.now() - 1_000).toISOString();
    expect(await secretFor({ expiresAt })).toEqual({ error: 'bad_request' });
  });
});

async function leasesOf(account: string): Promise<LeasePage['rows']> {
  const page = await admin.query('vaultSecrets.leases', { limit: 200, filter: { account } });
  return (page as LeasePage).rows.filter(({ bizId }) => bizId === account);
}

describe('the log of leases', () => {
  test('names who was given which token, from where and for how long', async () => {
    const biz = await account();
    const { id, secret } = await secretFor({ name: 'night job' });
    await ask('/get-at', { biz_id: biz }, secret, { 'x-forwarded-for': '192.0.2.8' });
    await ask('/refresh', { biz_id: biz });
    const [second, first] = await leasesOf(biz);
    expect(first).toMatchObject({
      ...{ by: 'night job', secretId: id, address: '192.0.2.8', refreshed: false },
      ...{ bizId: biz, accountName: `acc ${made}`, email: `p${made}@example.com` },
      expiresAt: TIME,
    });
    expect(second).toMatchObject({ by: 'API_SECRET', secretId: null, refreshed: true });
  });

  test('is filtered, paged, and written into a file', async () => {
    const biz = await account();
    for (let i = 0; i < 3; i += 1) await ask('/get-at', { biz_id: biz });
    const filter = { account: biz.toUpperCase(), by: 'api_', address: '10.9.' };
    const one = (await admin.query('vaultSecrets.leases', { limit: 2, filter })) as LeasePage;
    expect(one.rows).toHaveLength(2);
    const two = (await admin.query('vaultSecrets.leases', {
      ...{ limit: 2, filter, cursor: one.nextCursor },
    })) as LeasePage;
    expect(two).toMatchObject({ rows: [{ bizId: biz }], nextCursor: null });
    const none = { account: biz, by: 'nobody' };
    expect(await admin.query('vaultSecrets.leases', { filter: none })).toMatchObject({ rows: [] });
    const file = await admin.get(`/leases/export?account=${biz}`);
    expect(file.headers.get('content-disposition')).toBe('attachment; filename="leases.csv"');
    expect((await file.text()).trim().split('\r\n')).toHaveLength(4);
    expect(await admin.query('vaultSecrets.leases', { cursor: 'x' })).toEqual({
      error: 'bad_request',
    });
  });

  test('shows people who may not see the vault the leases of their own accounts only', async () => {
    const ben = await browser('ben');
    const { id: ownerId } = await h.infra.db.user.findUniqueOrThrow({ where: { username: 'ben' } });
    const theirs = await account({ ownerId });
    await ask('/get-at', { biz_id: theirs });
    const { rows } = (await ben.query('vaultSecrets.leases', {})) as LeasePage;
    expect(rows.map(({ bizId }) => bizId)).toEqual([theirs]);
    const file = await (await ben.get('/leases/export?format=ndjson')).text();
    expect(file.trim().split('\n')).toHaveLength(1);
  });
});
