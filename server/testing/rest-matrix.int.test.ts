import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { PASSWORD, startApp, type TestApp } from './app.ts';
import { REST_MATRIX, type RestRow } from './rest-matrix.ts';

type Principal = keyof RestRow;
const PRINCIPALS = [
  ...(['nobody', 'member', 'operator', 'auditor', 'admin', 'disabled', 'silenced'] as const),
  ...(['key', 'key-of-other-scope', 'revoked-key', 'refresh-token'] as const),
] satisfies Principal[];
const ROLES = ['member', 'operator', 'auditor', 'admin'] as const;
const keyOf = (name: string) => `gh-${name.replaceAll('-', '').padEnd(43, '0')}`;

let h: TestApp;
let asked = 0;

beforeAll(async () => {
  const person = (username: string, role = 'member') => ({ username, password: PASSWORD, role });
  const key = (name: string, more: object = {}) => ({
    ...{ owner: 'member', name, secret: keyOf(name) },
    ...more,
  });
  h = await startApp(
    {
      users: [...ROLES.map((role) => person(role, role)), person('disabled'), person('silenced')],
      platforms: [],
      accounts: [],
      models: [],
      keys: [key('key'), key('key-of-other-scope', { scopes: ['images'] }), key('revoked-key')],
    },
    { TRUSTED_PROXIES: 'loopback' },
  );
  await h.infra.pool.query(`UPDATE api_keys SET revoked_at = now() WHERE name = 'revoked-key'`);
  // Nobody's key has the number 1, which the walk revokes for whoever owns it.
  await h.infra.pool.query('UPDATE api_keys SET number = number + 1000');
});
afterAll(() => h[Symbol.asyncDispose]());

/** An address for each request, so that no limit of tries plays a part. */
function from(): Record<string, string> {
  asked += 1;
  return { 'x-forwarded-for': `10.${asked >> 16}.${(asked >> 8) & 255}.${asked & 255}` };
}

async function signIn(username: string) {
  const res = await fetch(`${h.url}/api/auth/login`, {
    method: 'POST',
    headers: { ...from(), 'content-type': 'application/json' },
    body: JSON.stringify({ username, password: PASSWORD }),
  });
  return (await res.json()) as { access_token: string; refresh_token: string };
}

async function credentialOf(who: Principal): Promise<string | null> {
  if (who === 'nobody') return null;
  if (who === 'key' || who === 'key-of-other-scope' || who === 'revoked-key') return keyOf(who);
  if (who === 'refresh-token') return (await signIn('member')).refresh_token;
  if (who === 'member' || who === 'operator' || who === 'auditor' || who === 'admin')
    return (await signIn(who)).access_token;
  await setState(who, 'active');
  const { access_token: token } = await signIn(who);
  await setState(who, who);
  return token;
}

async function setState(username: string, state: string): Promise<void> {
  const { rows } = await h.infra.pool.query(
    `UPDATE users SET state = $2::user_state WHERE username = $1 RETURNING id`,
    [username, state],
  );
  const ids = rows.map(({ id }) => id);
  await h.infra.pool.query(`SELECT pg_notify('gatehouse_users', $1)`, [JSON.stringify({ ids })]);
}

async function call(method: string, path: string, credential: string | null) {
  const address = path.replaceAll('\\:', ':').replace(/:[a-z_]+(?=\/|$|:)/g, '999999');
  const res = await fetch(h.url + address, {
    method,
    redirect: 'manual',
    headers: { ...from(), ...(credential !== null && { authorization: `Bearer ${credential}` }) },
  });
  return { status: res.status, text: await res.text() };
}

test('every route has a row, and every row a route', () => {
  const routes = h.app.rest.routes.map(({ method, path }) => `${method} ${path}`);
  expect(routes.sort()).toEqual(Object.keys(REST_MATRIX).sort());
});

describe.each(PRINCIPALS)('%s', (who) => {
  test('is let in where the matrix says so and nowhere else', async () => {
    const found: Record<string, number | 'in'> = {};
    const written: Record<string, number | 'in'> = {};
    let credential: string | null | undefined;
    for (const { method, path } of h.app.rest.routes) {
      // Some routes end the sign-in they are called with.
      if (credential === undefined || path.includes('/logout'))
        credential = await credentialOf(who);
      const { status, text } = await call(method, path, credential);
      if (path.includes('/logout')) credential = undefined;
      const name = `${method} ${path}`;
      found[name] = status === 401 || status === 403 ? status : 'in';
      written[name] = REST_MATRIX[name]?.[who] ?? 'in';
      // Nothing that nobody asked for breaks it, nor shows what is inside.
      expect([name, status]).not.toEqual([name, 500]);
      expect(text).not.toMatch(/node_modules|prisma|\bat \w+ \(/i);
    }
    expect(found).toEqual(written);
  });
});
