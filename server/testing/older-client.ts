import { PASSWORD, startApp } from './app.ts';

export const SECRET = 'q7Jx2mVt9ZpL0wRkD4sYcB8nHuE6gFaT1iOoKeXr';
const KEY = Buffer.alloc(32, 7).toString('base64');
/** Of every server over the one database: what one seals, the others open. */
export const ENV = {
  JWT_SECRET_KEY: SECRET,
  KEY_RING: JSON.stringify({ currentKey: 'k1', keys: { k1: KEY } }),
  TRUSTED_PROXIES: 'loopback',
};
const NAMES = ['ada', 'ben', 'cat', 'dan', 'eve', 'fay', 'gus', 'hal', 'ida', 'joe', 'kim', 'lou'];

type Init = { as?: string; body?: unknown; url?: string; cookie?: string; origin?: string };
export type OlderClient = Awaited<ReturnType<typeof startOlderClient>>;

/**
 * A server with a dozen people, and a client of /api/auth as the older system had them. `env` adds
 * settings of the server.
 */
export async function startOlderClient(env: Readonly<Record<string, string>> = {}) {
  const h = await startApp(
    {
      users: NAMES.map((username) => ({
        username,
        password: PASSWORD,
        role: username === 'ada' ? 'admin' : 'member',
      })),
      platforms: [],
      accounts: [{ platform: 'sandbox', name: 'box', owner: 'ada', shared: true }],
      models: [
        {
          name: 'sandbox-echo',
          routes: [{ platform: 'sandbox', model: 'sandbox-echo', weight: 1 }],
        },
      ],
      keys: [{ owner: 'ben', name: 'k', secret: `gh-${'k'.padEnd(43, '0')}` }],
    },
    { ...ENV, ...env },
  );
  let caller = 0;

  /** Each from an address of its own, so that tries of one test do not count in another. */
  async function ask(
    method: string,
    path: string,
    { as, body, cookie, origin, url = h.url }: Init = {},
  ) {
    caller += 1;
    const res = await fetch(url + path, {
      method,
      headers: {
        'x-forwarded-for': `10.1.${caller >> 8}.${caller & 255}`,
        'user-agent': 'older-client/1.0',
        ...(as !== undefined && { authorization: `Bearer ${as}` }),
        ...(cookie !== undefined && { cookie }),
        ...(origin !== undefined && { origin }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await res.text();
    return { status: res.status, headers: res.headers, text, body: text ? JSON.parse(text) : null };
  }

  const signIn = async (username: string) =>
    (await ask('POST', '/api/auth/login', { body: { username, password: PASSWORD } })).body;
  const me = (as: string, url?: string) => ask('GET', '/api/auth/me', { as, ...(url && { url }) });
  const refresh = (token: string, url?: string) =>
    ask('POST', '/api/auth/refresh', { body: { refresh_token: token }, ...(url && { url }) });
  const claimsOf = (jwt: string) =>
    JSON.parse(Buffer.from(jwt.split('.')[1] ?? '', 'base64url').toString());
  const actionsOf = async (username: string) => {
    const { rows } = await h.infra.pool.query(
      `SELECT action, change FROM audit_events WHERE target_name = $1 ORDER BY seq`,
      [username],
    );
    return rows.map(({ action }) => action);
  };

  /** How many sign-ins by programs this person has. */
  const signInsOf = async (username: string) => {
    const { rowCount } = await h.infra.pool.query(
      `SELECT 1 FROM token_families f JOIN users u ON u.id = f.user_id WHERE u.username = $1`,
      [username],
    );
    return rowCount;
  };

  return { h, ask, signIn, me, refresh, claimsOf, actionsOf, signInsOf };
}
