import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { PASSWORD, startApp, type TestApp } from './testing/app.ts';
import { CALLERS, type Caller, DOOR_ROUTES, DOORS, NOT_ITS_MODEL } from './testing/door-matrix.ts';

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
    users: [person('ada', 'admin'), person('ben'), person('dan'), person('eve')],
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
      key('dan', 'disabled'),
    ],
  });
  const cookies = {
    ben: await h.signIn('ben'),
    ada: await h.signIn('ada'),
    dan: await h.signIn('dan'),
    eve: await h.signIn('eve'),
  };
  // Behind the services' back, so that no event tells the caches: what they read must be enough.
  await h.infra.pool.query(`update users set state = 'disabled' where username = 'dan'`);
  await h.infra.pool.query(`update api_keys set revoked_at = now() where name = 'revoked'`);
  await h.infra.pool.query(`update api_keys set expires_at = now() - interval '1 minute'
                            where name = 'expired'`);
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
    'a disabled person’s key': bearer('disabled'),
    'a member’s cookie': cookie('ben'),
    'an admin’s cookie': cookie('ada'),
    'a cookie from another site': { ...cookie('ada'), origin: 'https://elsewhere.example' },
    'a disabled person’s cookie': cookie('dan'),
    'an ended session’s cookie': cookie('eve'),
  };
});
afterAll(() => h[Symbol.asyncDispose]());

type Layer = {
  handle: { stack?: Layer[] };
  route?: { path: string; stack: { method?: string }[] };
};

const routesOf = (layers: Layer[]) =>
  layers.flatMap(({ route }) =>
    route ? route.stack.filter((step) => step.method).map((step) => [route.path, step.method]) : [],
  );

async function ask(url: string, method: string, headers: Record<string, string>) {
  const body = JSON.stringify({
    model: 'sandbox-echo',
    messages: [{ role: 'user', content: 'hello' }],
  });
  const res = await fetch(url, { method, headers, ...(method === 'post' && { body }) });
  expect(res.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
  const json = (await res.json()) as { error?: { code: string } };
  return res.ok ? 'ok' : (json.error?.code ?? `status ${res.status}`);
}

test('every route the server has is in a matrix', () => {
  const layers = (h.app.routes as unknown as { stack: Layer[] }).stack;
  const written = DOOR_ROUTES.map(({ path, method }) => [path, method]);
  const doors = layers.filter(({ handle }) => routesOf(handle.stack ?? []).length > 0);
  expect(doors).toHaveLength(Object.keys(DOORS).length);
  for (const { handle } of doors) expect(routesOf(handle.stack ?? [])).toEqual(written);
  // Beside them: health, which is open to all, and tRPC, which has a matrix of its own.
  expect(routesOf(layers)).toEqual([['/healthz', 'get']]);
  // Two doors, security headers, health, tRPC, the console, and two for what nothing answers.
  expect(layers).toHaveLength(8);
});

describe.each(Object.keys(DOORS))('%s', (mount) => {
  test.each(CALLERS)('answers a caller with %s as the matrix says', async (caller) => {
    for (const route of DOOR_ROUTES) {
      const written = DOORS[mount]?.[caller];
      const letIn = 'answer' in route ? route.answer : written;
      const turnedAway = written === 'not its model' ? NOT_ITS_MODEL[route.path] : written;
      const expected = written === 'ok' ? letIn : turnedAway;
      const found = await ask(`${h.url}${mount}${route.ask}`, route.method, headersOf[caller]);
      expect([route.path, found]).toEqual([route.path, expected]);
    }
  });
});

test('a key for other models sees none of the others in its list', async () => {
  const headers = headersOf['a key for other models'];
  const list = await (await fetch(`${h.url}/v1/models`, { headers })).json();
  expect(list).toEqual({ object: 'list', data: [] });
});

test('health tells nothing but counts, to anyone', async () => {
  const res = await fetch(`${h.url}/healthz`);
  expect(await res.json()).toEqual({
    status: 'ok',
    running: expect.any(Number),
    unwritten: expect.any(Number),
  });
});
