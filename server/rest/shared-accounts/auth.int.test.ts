import fc from 'fast-check';
import { generateSync } from 'otplib';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { PASSWORD } from '../../testing/app.ts';
import { type OlderClient, startOlderClient } from '../../testing/older-client.ts';

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
    await client.h.infra.pool.query(`UPDATE users SET state = 'disabled' WHERE username = 'dan'`);
    await client.h.infra.pool.query(`UPDATE users SET state = 'silenced' WHERE username = 'eve'`);
    await client.h.infra.pool.query(`SELECT pg_notify('gatehouse_users', '{"ids":[]}')`);
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
    const cookie = await client.h.signIn('fay');
    const call = async (path: string, body: object) => {
      const res = await fetch(`${client.h.url}/trpc/${path}`, {
        method: 'POST',
        headers: { cookie, origin: client.h.url, 'content-type': 'application/json' },
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

describe('login of whoever has a passkey', () => {
  const addPasskey = (username: string) =>
    client.h.infra.pool.query(
      `INSERT INTO passkeys (id, user_id, name, credential_id, public_key)
       SELECT gen_random_uuid(), id, 'key', username, ''::bytea FROM users WHERE username = $1`,
      [username],
    );
  const login = (username: string, more: object = {}) =>
    ask('POST', '/api/auth/login', { body: { username, password: PASSWORD, ...more } });

  test('and no app signs in by password, as at the console', async () => {
    await addPasskey('kim');
    expect((await login('kim')).status).toBe(200);
    const wrong = await login('kim', { password: 'wrong horse' });
    expect([wrong.status, wrong.body.error_code]).toEqual([401, 'INVALID_CREDENTIALS']);
    expect(await client.signInsOf('kim')).toBe(1);
  });

  test('and no password is told nothing that a stranger is not', async () => {
    await addPasskey('lou');
    await client.h.infra.pool.query(`UPDATE users SET password_hash = NULL WHERE username = 'lou'`);
    const bare = await login('lou');
    const nobody = await login('nobody-at-all');
    expect([bare.status, bare.body.error_code]).toEqual([401, 'INVALID_CREDENTIALS']);
    expect(bare.body.detail).toBe(nobody.body.detail);
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
      tries.push(
        await fetch(`${client.h.url}/api/auth/check-username?username=n${n}`, { headers }),
      );
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
