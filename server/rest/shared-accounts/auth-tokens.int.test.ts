import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { buildApp } from '../../app.ts';
import { buildInfra } from '../../build-infra.ts';
import { toConfig } from '../../config/config.ts';
import { parseEnv } from '../../config/env.ts';
import { createLog } from '../../infra/log.ts';
import { PASSWORD } from '../../testing/app.ts';
import { ENV, type OlderClient, SECRET, startOlderClient } from '../../testing/older-client.ts';

let client: OlderClient;
beforeAll(async () => {
  client = await startOlderClient();
});
afterAll(() => client.h[Symbol.asyncDispose]());

const ask: OlderClient['ask'] = (...given) => client.ask(...given);
const signIn: OlderClient['signIn'] = (...given) => client.signIn(...given);
const me: OlderClient['me'] = (...given) => client.me(...given);
const refresh: OlderClient['refresh'] = (...given) => client.refresh(...given);
const claimsOf: OlderClient['claimsOf'] = (...given) => client.claimsOf(...given);
const actionsOf: OlderClient['actionsOf'] = (...given) => client.actionsOf(...given);

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
    await client.h.infra.pool.query(
      `UPDATE refresh_tokens SET expires_at = now() - interval '1 second'`,
    );
    const late = await refresh(token);
    expect([late.status, late.body.error_code]).toEqual([401, 'TOKEN_EXPIRED']);
  });

  test('what is stored opens nothing', async () => {
    const { refresh_token: token } = await signIn('hal');
    const { rows } = await client.h.infra.pool.query('SELECT * FROM refresh_tokens');
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
  const forge = (
    claims: Record<string, unknown>,
    header: { alg: string; kid?: string },
    secret = SECRET,
  ) =>
    new SignJWT({ ...claims })
      .setProtectedHeader(header)
      .setIssuedAt()
      .setExpirationTime('1h')
      .sign(key(secret));
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
      // With our own key: only the algorithm is another one.
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
    const cookie = await client.h.signIn('kim');
    const [one, two] = [await signIn('kim'), await signIn('kim')];
    expect((await ask('POST', '/api/auth/logout', { as: one.access_token })).status).toBe(200);
    expect((await ask('POST', '/api/auth/logout-all', { as: two.access_token })).status).toBe(200);
    expect((await me(two.access_token)).status).toBe(401);
    const res = await fetch(`${client.h.url}/trpc/sessions.me`, { headers: { cookie } });
    expect(await res.json()).toMatchObject({ result: { data: null } });
  });

  test('a new password ends them all', async () => {
    const one = await signIn('lou');
    const cookie = await client.h.signIn('lou');
    const res = await fetch(`${client.h.url}/trpc/sessions.changePassword`, {
      method: 'POST',
      headers: { cookie, origin: client.h.url, 'content-type': 'application/json' },
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
        ...{ ...ENV, DATA_DIR: dataDir, DATABASE_URL: client.h.databaseUrl },
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
