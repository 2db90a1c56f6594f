import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { PASSWORD, startApp, type TestApp } from './testing/app.ts';
import {
  CALLERS,
  type Caller,
  DOOR_ROUTES,
  DOORS,
  type DoorRoute,
  STATUS,
} from './testing/door-matrix.ts';

const keyOf = (name: string) => `gh-${name.padEnd(43, '0')}`;

let h: TestApp;
let headersOf: Record<Caller, Record<string, string>>;

beforeAll(async () => {
  const person = (username: string, role = 'member') => ({ username, password: PASSWORD, role });
  const key = (owner: string, name: string, more: object = {}) => ({
    owner,
    name,
    secret: keyOf(name),
    ...more,
  });
  h = await startApp({
    users: [person('ada', 'admin'), person('ben'), person('dan'), person('eve'), person('sid')],
    platforms: [],
    accounts: [{ platform: 'sandbox', name: 'box', owner: 'ada', shared: true }],
    models: [
      {
        name: 'sandbox-echo',
        routes: [{ platform: 'sandbox', model: 'sandbox-echo', weight: 1 }],
      },
    ],
    keys: [
      key('ben', 'good'),
      key('ben', 'narrow', { models: ['other'] }),
      key('ben', 'revoked'),
      key('ben', 'expired'),
      key('ben', 'off'),
      key('ben', 'rotated'),
      key('ben', 'scoped'),
      key('ben', 'foreign', { addresses: ['203.0.113.0/24'] }),
      key('dan', 'disabled'),
      key('sid', 'silenced'),
    ],
  });
  const cookies = {
    ben: await h.signIn('ben'),
    ada: await h.signIn('ada'),
    dan: await h.signIn('dan'),
    eve: await h.signIn('eve'),
    sid: await h.signIn('sid'),
  };
  // Behind the services' back, so that no event tells the caches: what they read must be enough.
  await h.infra.pool.query(`update users set state = 'disabled' where username = 'dan'`);
  await h.infra.pool.query(`update users set state = 'silenced' where username = 'sid'`);
  await h.infra.pool.query(`update api_keys set revoked_at = now() where name = 'revoked'`);
  await h.infra.pool.query(`update api_keys set expires_at = now() - interval '1 minute'
                            where name = 'expired'`);
  await h.infra.pool.query(`update api_keys set disabled_at = now() where name = 'off'`);
  await h.infra.pool.query(`update api_keys set previous_hash = secret_hash, secret_hash = 'new',
                            previous_until = now() where name = 'rotated'`);
  // A use that only a newer server knows: for this one it is for nothing.
  await h.infra.pool.query(`update api_keys set scopes = '{videos}' where name = 'scoped'`);
  await h.infra.pool.query(`update sessions set expires_at = now() - interval '40 days'
                            where user_id = (select id from users where username = 'eve')`);
  const bearer = (name: string) => ({ origin: h.url, authorization: `Bearer ${keyOf(name)}` });
  const cookie = (who: keyof typeof cookies) => ({ origin: h.url, cookie: cookies[who] });
  headersOf = {
    nothing: { origin: h.url },
    'an unknown key': bearer('unknown'),
    'a key': bearer('good'),
    'a key for other models': bearer('narrow'),
    'a revoked key': bearer('revoked'),
    'an expired key': bearer('expired'),
    'a key switched off': bearer('off'),
    'a secret that was replaced': bearer('rotated'),
    'a key for other uses': bearer('scoped'),
    'a key for other addresses': bearer('foreign'),
    'a disabled person’s key': bearer('disabled'),
    'a silenced person’s key': bearer('silenced'),
    'a member’s cookie': cookie('ben'),
    'an admin’s cookie': cookie('ada'),
    'a cookie from another site': { ...cookie('ada'), origin: 'https://elsewhere.example' },
    'a disabled person’s cookie': cookie('dan'),
    'a silenced person’s cookie': cookie('sid'),
    'an ended session’s cookie': cookie('eve'),
  };
});
afterAll(() => h[Symbol.asyncDispose]());

/** Whoever may use the playground may have their records; whoever is silenced, too. */
const mayLook = (caller: Caller) =>
  caller === 'a silenced person’s cookie' ? 'ok' : DOORS['/playground/v1']?.[caller];

type Layer = {
  handle: { stack?: Layer[] };
  route?: { path: string | RegExp; stack: { method?: string }[] };
};

const routesOf = (layers: Layer[]) =>
  layers.flatMap(({ route }) =>
    route
      ? route.stack.flatMap(({ method }) => (method ? [[String(route.path), method]] : []))
      : [],
  );

/** What a caller is answered: `ok`, or the error's code; in other dialects its status. */
async function ask(mount: string, route: DoorRoute, headers: Record<string, string>) {
  const { body, dialect, form, method } = route;
  const type = body && !form ? { 'content-type': 'application/json' } : {};
  const res = await fetch(`${h.url}${mount}${route.ask}`, {
    method: method.toUpperCase(),
    headers: { ...headers, ...type },
    ...(body && { body: form ? formOf(body) : JSON.stringify(body) }),
  });
  expect(res.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
  const json = (await res.json()) as { error?: { code: string } };
  if (dialect) return res.status;
  return res.ok ? 'ok' : (json.error?.code ?? `status ${res.status}`);
}

function formOf(fields: object): FormData {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.set(name, value);
  form.set('file', new Blob(['sound']), 'a.wav');
  return form;
}

test('every route the server has is in a matrix', () => {
  const layers = (h.app.routes as unknown as { stack: Layer[] }).stack;
  const routed = layers.filter(({ handle }) => routesOf(handle.stack ?? []).length > 0);
  // The contracts of older clients have a matrix of their own, rest-matrix.ts.
  const doors = routed.filter(({ handle }) =>
    routesOf(handle.stack ?? []).every(([path]) => !path?.startsWith('/api/')),
  );
  expect(routed).toHaveLength(doors.length + 1);
  const found = doors.map(({ handle }) => routesOf(handle.stack ?? []));
  const written = Object.values(DOOR_ROUTES);
  expect(found).toEqual(written.map((routes) => routes.map(({ path, method }) => [path, method])));
  expect(Object.keys(DOOR_ROUTES)).toEqual(Object.keys(DOORS));
  // Beside them: health, which is open to all, exports, which are asked for below, and tRPC, which has
  // a matrix of its own.
  expect(routesOf(layers)).toEqual([
    ['/healthz', 'get'],
    ['/usage/export', 'get'],
    ['/audit/export', 'get'],
    ['/users/export', 'get'],
    ['/leases/export', 'get'],
  ]);
  // The doors and older clients’ contracts; security headers, health, four exports, tRPC, the console, and
  // two for what nothing answers.
  expect(layers).toHaveLength(routed.length + 10);
});

describe.each(Object.keys(DOORS))('%s', (mount) => {
  test.each(CALLERS)('answers a caller with %s as the matrix says', async (caller) => {
    for (const route of DOOR_ROUTES[mount] ?? []) {
      const written = DOORS[mount]?.[caller] ?? '';
      const letIn = route.answer ?? 'ok';
      const turnedAway = written === 'not its model' ? route.narrow : written;
      const code = written === 'ok' ? letIn : turnedAway;
      const expected = route.dialect ? STATUS[code] : code;
      expect([route.path, await ask(mount, route, headersOf[caller])]).toEqual([
        route.path,
        expected,
      ]);
    }
  });
});

test('a key for other models sees none of the others in its list', async () => {
  const headers = headersOf['a key for other models'];
  const list = await (await fetch(`${h.url}/v1/models`, { headers })).json();
  expect(list).toEqual({ object: 'list', data: [] });
});

const cacheCounts = {
  size: expect.any(Number),
  hits: expect.any(Number),
  misses: expect.any(Number),
};

test('health tells nothing but counts, to anyone', async () => {
  const res = await fetch(`${h.url}/healthz`);
  expect(await res.json()).toEqual({
    status: 'ok',
    running: expect.any(Number),
    waiting: 0,
    unwritten: expect.any(Number),
    tracesLost: 0,
    limits: 'here',
    keys: cacheCounts,
    counters: cacheCounts,
  });
});

describe('/usage/export', () => {
  const exported = (headers: Record<string, string>, query = '') =>
    fetch(`${h.url}/usage/export${query}`, { headers });

  test.each(CALLERS)('answers a caller with %s as the matrix says', async (caller) => {
    const res = await exported(headersOf[caller]);
    const text = await res.text();
    const code = res.ok ? 'ok' : (JSON.parse(text) as { error: { code: string } }).error.code;
    expect(code).toBe(mayLook(caller));
    expect(res.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
    if (res.ok) expect(res.headers.get('content-disposition')).toContain('usage.csv');
  });

  test('what another site began is refused, though it names no origin', async () => {
    const { cookie = '' } = headersOf['an admin’s cookie'];
    expect((await exported({ cookie })).status).toBe(200);
    expect((await exported({ cookie, 'sec-fetch-site': 'cross-site' })).status).toBe(403);
    expect((await exported({ cookie, 'sec-fetch-site': 'same-site' })).status).toBe(403);
  });

  test('a filter that makes no sense is a 400 that names it', async () => {
    const res = await exported(headersOf['a member’s cookie'], '?from=yesterday');
    expect(res.status).toBe(400);
    expect(await res.json()).toMatchObject({
      error: { code: 'bad_request', data: { param: 'from' } },
    });
  });

  test('tens of thousands of records come whole, as CSV and line by line', async () => {
    const { rows } = await h.infra.pool.query(`SELECT id FROM users WHERE username = 'ben'`);
    await h.infra.pool.query(
      `INSERT INTO usage (id, created_at, user_id, door, model, stream, outcome, status, attempts,
                          input_tokens, cached_tokens, output_tokens, reasoning_tokens, estimated,
                          latency_ms)
       SELECT gen_random_uuid(), now() - n * interval '1 minute', $1, 'openai-chat',
              CASE WHEN n % 100 = 0 THEN '=cmd' ELSE 'of-ben' END, true, 'ok', 200, 1, n, 0, 0, 0,
              false, 1
         FROM generate_series(1, 25000) AS n`,
      [rows[0].id],
    );
    const ben = headersOf['a member’s cookie'];
    const csv = await (await exported(ben, '?model=of-ben')).text();
    expect(csv.trimEnd().split('\r\n')).toHaveLength(24_751);
    const lines = (await (await exported(ben, '?format=ndjson&model=%3Dcmd')).text()).trimEnd();
    const found = lines.split('\n').map((line) => JSON.parse(line) as { input_tokens: number });
    expect(found.map((row) => row.input_tokens)).toEqual(
      Array.from({ length: 250 }, (_, n) => (n + 1) * 100),
    );
    const adas = await (await exported(headersOf['an admin’s cookie'], '?model=of-ben')).text();
    expect(adas).toBe(csv);
  });

  test('no more than two at once, and one that is given up makes room', async () => {
    const ben = headersOf['a member’s cookie'];
    const open = [new AbortController(), new AbortController()];
    await Promise.all(
      open.map(({ signal }) => fetch(`${h.url}/usage/export`, { headers: ben, signal })),
    );
    expect((await exported(ben)).status).toBe(429);
    for (const controller of open) controller.abort();
    await expect.poll(async () => (await exported(ben)).status).toBe(200);
  });
});

describe('/users/export', () => {
  const get = (headers: Record<string, string>, query = '') =>
    fetch(`${h.url}/users/export${query}`, { headers });

  test.each(CALLERS)('answers a caller with %s as the matrix says', async (caller) => {
    const res = await get(headersOf[caller]);
    const text = await res.text();
    const code = res.ok ? 'ok' : (JSON.parse(text) as { error: { code: string } }).error.code;
    const asked = mayLook(caller);
    const admin = caller === 'an admin’s cookie';
    expect(code).toBe(asked === 'ok' && !admin ? 'forbidden' : asked);
  });

  test('is a CSV file of those who fit, with nothing that a spreadsheet would run', async () => {
    const ada = headersOf['an admin’s cookie'];
    await h.infra.pool.query(`update users set display_name = '=1+1' where username = 'sid'`);
    const res = await get(ada, '?state=silenced');
    expect(res.headers.get('content-disposition')).toBe('attachment; filename="users.csv"');
    const [head, sid, ...rest] = (await res.text()).split('\r\n');
    expect(head).toMatch(/^username,display_name,email,role,trust_level,state,/);
    expect(sid).toMatch(/^sid,'=1\+1,,member,0,silenced,/);
    expect(rest).toEqual(['']);
    const lines = (await (await get(ada, '?format=ndjson&role=admin')).text()).trim().split('\n');
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([{ username: 'ada' }]);
    expect((await get(ada, '?state=gone')).status).toBe(400);
  });
});

describe('/audit/export', () => {
  test.each(CALLERS)('answers a caller with %s as the matrix says', async (caller) => {
    const res = await fetch(`${h.url}/audit/export`, { headers: headersOf[caller] });
    const text = await res.text();
    const code = res.ok ? 'ok' : (JSON.parse(text) as { error: { code: string } }).error.code;
    // Of those who may use the playground only admins may have it.
    const asked = mayLook(caller);
    const admin = caller === 'an admin’s cookie';
    expect(code).toBe(asked === 'ok' && !admin ? 'forbidden' : asked);
    if (res.ok) expect(res.headers.get('content-disposition')).toContain('audit.csv');
  });
});

test('whom a list of addresses turns away learns nothing of it, by either way to a door', async () => {
  const body = JSON.stringify({ model: 'sandbox-echo', messages: [] });
  // What ends with a slash is not the shortcut's.
  for (const path of ['/v1/chat/completions', '/v1/chat/completions/']) {
    const headers = headersOf['a key for other addresses'];
    const res = await fetch(`${h.url}${path}`, { method: 'POST', headers, body });
    expect(res.status).toBe(403);
    const text = await res.text();
    expect(text).toContain('127.0.0.1');
    expect(text).not.toContain('203.0.113');
  }
});
