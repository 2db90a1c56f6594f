import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { SignJWT } from 'jose';
import { generateSync } from 'otplib';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { buildApp } from '../../app.ts';
import { buildInfra } from '../../build-infra.ts';
import { toConfig } from '../../config/config.ts';
import { parseEnv } from '../../config/env.ts';
import { createLog } from '../../infra/log.ts';
import { PASSWORD, startApp, type TestApp } from '../../testing/app.ts';

const SECRET = 'q7Jx2mVt9ZpL0wRkD4sYcB8nHuE6gFaT1iOoKeXr';
const ENV = { JWT_SECRET_KEY: SECRET, TRUSTED_PROXIES: 'loopback' };
const NAMES = ['ada', 'ben', 'cat', 'dan', 'eve', 'fay', 'gus', 'hal', 'ida', 'joe', 'kim', 'lou'];

let h: TestApp;
let caller = 0;

beforeAll(async () => {
  h = await startApp(
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
    ENV,
  );
});
afterAll(() => h[Symbol.asyncDispose]());

type Init = { as?: string; body?: unknown; url?: string };
/** Each from an address of its own, so that tries of one test do not count in another. */
async function ask(method: string, path: string, { as, body, url = h.url }: Init = {}) {
  caller += 1;
  const res = await fetch(url + path, {
    method,
    headers: {
      'x-forwarded-for': `10.1.${caller >> 8}.${caller & 255}`,
      'user-agent': 'older-client/1.0',
      ...(as !== undefined && { authorization: `Bearer ${as}` }),
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

describe('login', () => {
  test('gives both tokens and the person, as contract 000 shows them', async () => {
    const { status, body } = await ask('POST', '/api/auth/login', {
      body: { username: 'Ben', password: PASSWORD },
    });
    expect(status).toBe(200);
    expect(body).toEqual({
      access_token: expect.stringMatching(/^eyJ[\w-]+\.[\w-]+\.[\w-]{43}$/),
      refresh_token: expect.stringMatching(/^ghr_[\w-]{43}$/),
      token_type: 'bearer',
      expires_in: 86_400,
      user: {
        id: expect.any(Number),
        username: 'ben',
        avatar_url: null,
        trust_level: 0,
        is_active: true,
        is_silenced: false,
        beta: 0,
        created_at: expect.stringMatching(/Z$/),
        last_login_at: expect.stringMatching(/Z$/),
      },
    });
    expect(claimsOf(body.access_token)).toMatchObject({
      sub: String(body.user.id),
      username: 'ben',
      type: 'access',
      jti: expect.stringMatching(/^[0-9a-f-]{36}$/),
    });
    expect(await actionsOf('ben')).toContain('tokens.signIn');
  });

  test.each([
    [{ username: 'ben', password: 'wrong horse' }, 401, 'INVALID_CREDENTIALS'],
    [{ username: 'nobody', password: PASSWORD }, 401, 'INVALID_CREDENTIALS'],
    [{ username: 'ben' }, 422, 'VALIDATION_ERROR'],
    [{}, 422, 'VALIDATION_ERROR'],
    [[], 422, 'VALIDATION_ERROR'],
    [{ username: 'ben', password: 'x'.repeat(300) }, 422, 'VALIDATION_ERROR'],
    [
      { username: 'ben', password: PASSWORD, totp_code: '1', recovery_code: 'a' },
      422,
      'VALIDATION_ERROR',
    ],
  ])('%j is %i', async (body, status, code) => {
    const answer = await ask('POST', '/api/auth/login', { body });
    expect([answer.status, answer.body.error_code]).toEqual([status, code]);
    expect(answer.text).not.toContain('horse');
    if (status === 401) expect(answer.headers.get('www-authenticate')).toBe('Bearer');
  });

  test('says the same of a wrong password and of a name that nobody has', async () => {
    const body = { password: 'wrong horse' };
    const known = await ask('POST', '/api/auth/login', { body: { ...body, username: 'ben' } });
    const unknown = await ask('POST', '/api/auth/login', { body: { ...body, username: 'zoe' } });
    expect(known.body.detail).toBe(unknown.body.detail);
  });

  test('makes whoever guesses wait, with how long', async () => {
    const tries = [];
    for (let n = 0; n < 8; n += 1) {
      const body = { username: 'guessed', password: 'wrong' };
      tries.push(await ask('POST', '/api/auth/login', { body }));
    }
    const last = tries.at(-1);
    expect(last?.status).toBe(429);
    expect(Number(last?.headers.get('retry-after'))).toBeGreaterThan(0);
  });

  test('tells disabled people so, and silenced ones may look', async () => {
    const dan = await signIn('dan');
    const eve = await signIn('eve');
    await h.infra.pool.query(`UPDATE users SET state = 'disabled' WHERE username = 'dan'`);
    await h.infra.pool.query(`UPDATE users SET state = 'silenced' WHERE username = 'eve'`);
    await h.infra.pool.query(`SELECT pg_notify('gatehouse_users', '{"ids":[]}')`);
    const refused = await ask('POST', '/api/auth/login', {
      body: { username: 'dan', password: PASSWORD },
    });
    expect([refused.status, refused.body.error_code]).toEqual([403, 'ACCOUNT_DISABLED']);
    await vi.waitFor(async () => expect((await me(dan.access_token)).status).toBe(403));
    expect((await refresh(dan.refresh_token)).status).toBe(403);
    await vi.waitFor(async () =>
      expect((await me(eve.access_token)).body).toMatchObject({ is_silenced: true }),
    );
    const chat = await ask('POST', '/v1/chat/completions', {
      as: eve.access_token,
      body: { model: 'sandbox-echo', messages: [{ role: 'user', content: 'hi' }] },
    });
    expect([chat.status, chat.body.error.code]).toEqual([403, 'user_silenced']);
  });

  test('asks whoever has a second factor for a code, which is good once', async () => {
    const cookie = await h.signIn('fay');
    const call = async (path: string, body: object) => {
      const res = await fetch(`${h.url}/trpc/${path}`, {
        method: 'POST',
        headers: { cookie, origin: h.url, 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
      const answer = (await res.json()) as {
        result: { data: { secret: string; codes: string[] } };
      };
      return answer.result.data;
    };
    const { secret } = await call('factors.beginTotp', {});
    const at = () => Math.floor(Date.now() / 1000);
    const { codes } = await call('factors.confirmTotp', {
      code: generateSync({ secret, epoch: at() - 30 }),
    });
    const login = (more: object) =>
      ask('POST', '/api/auth/login', { body: { username: 'fay', password: PASSWORD, ...more } });
    const without = await login({});
    expect([without.status, without.body.error_code]).toEqual([401, 'SECOND_FACTOR_NEEDED']);
    expect((await login({ totp_code: '000000' })).status).toBe(401);
    const code = generateSync({ secret, epoch: at() });
    expect((await login({ totp_code: code })).status).toBe(200);
    expect((await login({ totp_code: code })).status).toBe(401);
    const [recovery] = codes;
    expect((await login({ recovery_code: recovery })).status).toBe(200);
    expect((await login({ recovery_code: recovery })).status).toBe(401);
    // A code does not stand in for the password.
    const bare = { username: 'fay', password: 'wrong', recovery_code: codes[1] };
    expect((await ask('POST', '/api/auth/login', { body: bare })).status).toBe(401);
    expect((await login({ recovery_code: codes[1] })).status).toBe(200);
  });
});

describe('refresh', () => {
  test('gives the next pair, once; a used one ends the whole sign-in, and that is recorded', async () => {
    const first = await signIn('gus');
    const second = (await refresh(first.refresh_token)).body;
    expect(Object.keys(second).sort()).toEqual([
      'access_token',
      'expires_in',
      'refresh_token',
      'token_type',
    ]);
    expect((await me(second.access_token)).status).toBe(200);

    const reused = await refresh(first.refresh_token);
    expect([reused.status, reused.body.error_code]).toEqual([401, 'TOKEN_BLACKLISTED']);
    expect((await refresh(second.refresh_token)).status).toBe(401);
    expect((await me(second.access_token)).body.error_code).toBe('TOKEN_BLACKLISTED');
    expect((await me(first.access_token)).status).toBe(401);
    expect(await actionsOf('gus')).toContain('tokens.reuse');
  });

  test('of two at once one wins, and the other ends the sign-in', async () => {
    const { refresh_token: token } = await signIn('gus');
    const answers = await Promise.all([refresh(token), refresh(token)]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 401]);
    const won = answers.find(({ status }) => status === 200);
    expect((await me(won?.body.access_token)).status).toBe(401);
  });

  test.each(['', 'x', 'ghr_unknown', 'a'.repeat(300)])('%j is refused', async (token) => {
    expect((await refresh(token)).status).toBeGreaterThanOrEqual(401);
    expect((await refresh(token)).status).toBeLessThanOrEqual(422);
  });

  test('is refused past its time, and with an access token', async () => {
    const { access_token: access, refresh_token: token } = await signIn('hal');
    expect((await refresh(access)).status).toBeGreaterThanOrEqual(401);
    await h.infra.pool.query(`UPDATE refresh_tokens SET expires_at = now() - interval '1 second'`);
    const late = await refresh(token);
    expect([late.status, late.body.error_code]).toEqual([401, 'TOKEN_EXPIRED']);
  });

  test('what is stored opens nothing', async () => {
    const { refresh_token: token } = await signIn('hal');
    const { rows } = await h.infra.pool.query('SELECT * FROM refresh_tokens');
    expect(JSON.stringify(rows)).not.toContain(token);
  });
});

describe('an access token', () => {
  const good = () => ({
    type: 'access',
    username: 'ada',
    family: crypto.randomUUID(),
    auth_time: 1,
    jti: crypto.randomUUID(),
  });
  const key = (text: string) => new TextEncoder().encode(text);
  const forge = (claims: object, header: { alg: string; kid?: string }, secret = SECRET) =>
    new SignJWT({ ...claims })
      .setProtectedHeader(header)
      .setSubject('1')
      .setIssuedAt()
      .setExpirationTime('1h')
      .sign(key(secret.padEnd(64, '0').slice(0, Math.max(secret.length, 64))));
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

  test('of another kind, key or algorithm is nobody’s', async () => {
    const { access_token: real } = await signIn('ida');
    const [head = '', body = '', sign = ''] = real.split('.');
    const claims = claimsOf(real);
    const unsigned = (header: object) => `${part(header)}.${body}.`;
    const tokens = [
      unsigned({ alg: 'none', typ: 'JWT' }),
      unsigned({ alg: 'None' }),
      `${part({ alg: 'none' })}.${body}.${sign}`,
      `${part({ alg: 'RS256' })}.${body}.${sign}`,
      `${part({ alg: 'HS256', kid: '../../dev/null' })}.${body}.${sign}`,
      `${part({ alg: 'HS256', jwk: { kty: 'oct', k: '' } })}.${body}.${sign}`,
      `${head}.${part({ ...claims, sub: '1', username: 'ada' })}.${sign}`,
      `${head}.${body}.${sign.slice(0, -2)}`,
      `${head}.${body}`,
      await forge(claims, { alg: 'HS512' }),
      await forge(claims, { alg: 'HS256' }, 'another secret that is long enough for it'),
      await forge(claims, { alg: 'HS256' }, ''.padEnd(64, '0')),
    ];
    for (const token of tokens) {
      const answer = await me(token);
      expect([answer.status, token.length]).toEqual([401, token.length]);
      expect(answer.headers.get('www-authenticate')).toBe('Bearer');
    }
    expect((await me(real)).status).toBe(200);
  });

  const sign = (claims: object, times: { exp?: number; iat?: number } = {}) => {
    const now = Math.floor(Date.now() / 1000);
    return new SignJWT({ iat: now, exp: now + 600, ...claims, ...times })
      .setProtectedHeader({ alg: 'HS256' })
      .sign(key(SECRET));
  };

  test('signed by us, but expired, without an end, of the wrong type or person, is refused', async () => {
    const { access_token: real } = await signIn('ida');
    const claims = claimsOf(real);
    expect((await me(await sign(claims))).status).toBe(200);
    const expired = await me(await sign(claims, { exp: 1_000 }));
    expect([expired.status, expired.body.error_code]).toEqual([401, 'TOKEN_EXPIRED']);
    const { exp: _exp, ...endless } = claims;
    const wrong = [
      await new SignJWT(endless).setProtectedHeader({ alg: 'HS256' }).sign(key(SECRET)),
      await sign({ ...claims, type: 'refresh' }),
      await sign({ ...claims, type: undefined }),
      await sign({ ...claims, sub: String(Number(claims.sub) + 1) }),
      await sign({ ...claims, sub: '1 OR 1=1' }),
      await sign({ ...claims, family: 'x' }),
      await sign({ ...good(), sub: '1' }),
      await sign({ ...claims, nbf: Math.floor(Date.now() / 1000) + 600 }),
    ];
    for (const token of wrong) expect((await me(token)).status).toBe(401);
  });

  test('is asked for: nothing, a key or a refresh token will not do', async () => {
    const { refresh_token: token } = await signIn('ida');
    for (const as of [token, `gh-${'k'.padEnd(43, '0')}`, 'x', 'eyJ.eyJ.x']) {
      const answer = await me(as);
      expect([as, answer.status]).toEqual([as, 401]);
    }
    const none = await ask('GET', '/api/auth/me');
    expect([none.status, none.body.error_code]).toEqual([401, 'AUTHENTICATION_FAILED']);
  });

  test('calls models as its person, by every door', async () => {
    const { access_token: as } = await signIn('joe');
    const chat = (path: string, body: object) => ask('POST', path, { as, body });
    const messages = [{ role: 'user', content: 'hello' }];
    expect((await chat('/v1/chat/completions', { model: 'sandbox-echo', messages })).status).toBe(
      200,
    );
    expect(
      (await chat('/v1/messages', { model: 'sandbox-echo', max_tokens: 9, messages })).status,
    ).toBe(200);
    expect((await ask('GET', '/v1/models', { as })).status).toBe(200);
    const contents = [{ role: 'user', parts: [{ text: 'hello' }] }];
    expect((await chat('/v1beta/models/sandbox-echo:generateContent', { contents })).status).toBe(
      200,
    );
    await ask('POST', '/api/auth/logout', { as });
    const after = await chat('/v1/chat/completions', { model: 'sandbox-echo', messages });
    expect([after.status, after.body.error.code]).toEqual([401, 'token_revoked']);
  });
});

describe('logout', () => {
  test('ends this sign-in with all of its tokens, and no other', async () => {
    const [one, two] = [await signIn('kim'), await signIn('kim')];
    const next = (await refresh(one.refresh_token)).body;
    const { status, body } = await ask('POST', '/api/auth/logout', {
      as: next.access_token,
      body: { refresh_token: next.refresh_token },
    });
    expect([status, body]).toEqual([200, { message: expect.any(String), success: true }]);
    for (const as of [one.access_token, next.access_token]) expect((await me(as)).status).toBe(401);
    expect((await refresh(next.refresh_token)).status).toBe(401);
    expect((await me(two.access_token)).status).toBe(200);
    expect(await actionsOf('kim')).toContain('tokens.end');
  });

  test('takes no body, too, and everywhere ends browsers as well', async () => {
    const cookie = await h.signIn('kim');
    const [one, two] = [await signIn('kim'), await signIn('kim')];
    expect((await ask('POST', '/api/auth/logout', { as: one.access_token })).status).toBe(200);
    expect((await ask('POST', '/api/auth/logout-all', { as: two.access_token })).status).toBe(200);
    expect((await me(two.access_token)).status).toBe(401);
    const res = await fetch(`${h.url}/trpc/sessions.me`, { headers: { cookie } });
    expect(await res.json()).toMatchObject({ result: { data: null } });
  });

  test('a new password ends them all', async () => {
    const one = await signIn('lou');
    const cookie = await h.signIn('lou');
    const res = await fetch(`${h.url}/trpc/sessions.changePassword`, {
      method: 'POST',
      headers: { cookie, origin: h.url, 'content-type': 'application/json' },
      body: JSON.stringify({ current: PASSWORD, next: 'another horse battery staple' }),
    });
    expect(res.status).toBe(200);
    await vi.waitFor(async () => expect((await me(one.access_token)).status).toBe(401));
  });

  test('counts on every server, and after a restart', async () => {
    const [one, two] = [await signIn('cat'), await signIn('cat')];
    const dataDir = await mkdtemp(join(tmpdir(), 'gatehouse-replica-'));
    const config = toConfig(
      parseEnv({
        ...{ ...ENV, DATA_DIR: dataDir, DATABASE_URL: h.databaseUrl },
        ...{ PORT: '0', LOG_LEVEL: 'silent' },
      }),
    );
    const infra = await buildInfra({ config, log: createLog({ level: 'silent' }) });
    const app = await buildApp({ config, infra, passwordRounds: 4 });
    const url = await app.listen();
    try {
      // Both servers know both by heart before one of them ends.
      for (const { access_token: as } of [one, two]) {
        expect((await me(as, url)).status).toBe(200);
        expect((await me(as)).status).toBe(200);
      }
      await ask('POST', '/api/auth/logout', { as: one.access_token });
      await vi.waitFor(async () => expect((await me(one.access_token, url)).status).toBe(401), {
        timeout: 1_000,
      });
      expect((await me(two.access_token, url)).status).toBe(200);
    } finally {
      await app.stop();
      await infra.stop();
    }
    // Another process over the same database, which heard nothing of it.
    const later = await buildInfra({ config, log: createLog({ level: 'silent' }) });
    const again = await buildApp({ config, infra: later, passwordRounds: 4 });
    const anew = await again.listen();
    try {
      expect((await me(one.access_token, anew)).body.error_code).toBe('TOKEN_BLACKLISTED');
      expect((await me(two.access_token, anew)).status).toBe(200);
    } finally {
      await again.stop();
      await later.stop();
      await rm(dataDir, { recursive: true, force: true });
    }
  });
});

describe('the rest', () => {
  test('nothing that is sent makes it fail', async () => {
    const paths = ['login', 'refresh', 'github/callback', 'oidc/x/callback'];
    const text = fc.string({ unit: 'binary', maxLength: 60 });
    const fields = fc.record(
      { username: text, password: text, refresh_token: text, code: text, state: text },
      { requiredKeys: [] },
    );
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...paths),
        fc.oneof(fields, fc.jsonValue()),
        async (path, body) => {
          const { status } = await ask('POST', `/api/auth/${path}`, { body });
          expect(status).toBeGreaterThanOrEqual(400);
          expect(status).toBeLessThan(500);
        },
      ),
      { numRuns: 60 },
    );
  });

  test('check-username says whether a name is taken, and not for ever', async () => {
    const { body } = await ask('GET', '/api/auth/check-username?username=ADA');
    expect(body).toEqual({ exists: true, message: expect.any(String), username: 'ADA' });
    expect((await ask('GET', '/api/auth/check-username?username=free')).body.exists).toBe(false);
    expect((await ask('GET', '/api/auth/check-username')).status).toBe(422);
    const tries = [];
    for (let n = 0; n < 32; n += 1) {
      const headers = { 'x-forwarded-for': '10.9.9.9' };
      tries.push(await fetch(`${h.url}/api/auth/check-username?username=n${n}`, { headers }));
    }
    expect(tries.at(-1)?.status).toBe(429);
  });

  test('join-beta is remembered', async () => {
    const { access_token: as } = await signIn('joe');
    expect((await ask('GET', '/api/auth/beta-status', { as })).body).toMatchObject({
      success: true,
      beta: 0,
    });
    expect((await ask('POST', '/api/auth/join-beta', { as })).body).toMatchObject({
      success: true,
      beta: 1,
    });
    expect((await ask('POST', '/api/auth/join-beta', { as })).status).toBe(200);
    expect((await ask('GET', '/api/auth/beta-status', { as })).body.beta).toBe(1);
    expect((await me(as)).body.beta).toBe(1);
    expect((await actionsOf('joe')).filter((action) => action === 'users.joinBeta')).toHaveLength(
      1,
    );
  });

  test('without any service, sign-in by one is refused', async () => {
    expect((await ask('GET', '/api/auth/oidc/providers')).body).toEqual({ providers: [] });
    expect((await ask('GET', '/api/auth/sso/initiate')).status).toBe(404);
    expect((await ask('GET', '/api/auth/github/login')).status).toBe(404);
    expect((await ask('GET', '/api/auth/oidc/google/login')).status).toBe(404);
    expect((await ask('GET', '/api/auth/sso/callback')).status).toBe(422);
    const answer = { code: 'c', state: 's' };
    const bad = await ask('POST', '/api/auth/github/callback', { body: answer });
    expect([bad.status, bad.body.error_code]).toEqual([400, 'INVALID_OAUTH_STATE']);
    expect((await ask('GET', '/api/auth/sso/callback?code=c&state=s')).status).toBe(400);
  });

  test('health tells of each part', async () => {
    const { status, body } = await ask('GET', '/api/health');
    expect(status).toBe(200);
    expect(body).toEqual({
      status: 'healthy',
      components: {
        api: { status: 'healthy', message: expect.any(String) },
        database: { type: 'postgresql', status: 'healthy', message: expect.any(String) },
        cache: { type: 'memory', status: 'healthy', message: expect.any(String) },
      },
    });
  });
});
