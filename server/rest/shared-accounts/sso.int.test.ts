import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  DOORS,
  type Door,
  doorOf,
  FRONT_END,
  type OlderSso,
  startOlderSso,
} from '../../testing/older-sso.ts';
import { CLIENT } from '../../testing/sign-in-services.ts';

let h: OlderSso;
beforeAll(async () => {
  h = await startOlderSso();
});
afterAll(() => h[Symbol.asyncDispose]());

let name: string;
beforeEach(async () => {
  name = h.somebodyNew();
  await h.registration('open');
});

const ALL = Object.entries(DOORS) as [keyof typeof DOORS, Door][];
const told = ({ body, status }: { status: number; body: { error_code: string } }) => [
  status,
  body.error_code,
];
const personOf = (username: string) => h.db.user.findUniqueOrThrow({ where: { username } });
const setState = (username: string, state: 'active' | 'disabled' | 'silenced') =>
  h.db.user.update({ where: { username }, data: { state } });
const nobodyCame = async () =>
  expect(await h.db.tokenFamily.count({ where: { user: { username: name } } })).toBe(0);

describe.each(ALL)('by %s', (id, door) => {
  test('begins with an address and its state as JSON, and a cookie for this browser', async () => {
    const { body, headers, state, status, url } = await h.begin(door);
    expect(status).toBe(200);
    expect(body).toEqual({ authorization_url: url.href, state: expect.any(String) });
    expect(state.length).toBeGreaterThanOrEqual(43);
    expect(headers.get('location')).toBeNull();
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.getSetCookie()).toEqual([
      expect.stringMatching(/^gatehouse_sso=[^;]{43,}; .*HttpOnly; SameSite=Lax$/),
    ]);
    expect(Object.fromEntries(url.searchParams)).toMatchObject({
      client_id: CLIENT.id,
      response_type: 'code',
      state,
      redirect_uri: id === 'sso' ? FRONT_END : `${h.client.h.url}/sso/callback/${id}`,
      code_challenge_method: 'S256',
    });
    expect((await h.begin(door)).state).not.toBe(state);
  });

  test('ends with the tokens and the person of contract 000, which work', async () => {
    const { body, headers, status } = await h.come(door);
    expect(status).toBe(200);
    expect(headers.get('location')).toBeNull();
    expect(body).toEqual({
      access_token: expect.stringMatching(/^eyJ[\w-]+\.[\w-]+\.[\w-]{43}$/),
      refresh_token: expect.stringMatching(/^ghr_[\w-]{43}$/),
      token_type: 'bearer',
      expires_in: 86_400,
      user: {
        id: expect.any(Number),
        username: name,
        avatar_url: `https://pictures.example/${name}.png`,
        trust_level: id === 'sso' ? 2 : 0,
        is_active: true,
        is_silenced: false,
        beta: 0,
        created_at: expect.stringMatching(/Z$/),
        last_login_at: expect.stringMatching(/Z$/),
      },
    });
    expect(headers.getSetCookie()).toEqual([expect.stringMatching(/^gatehouse_sso=; .*Max-Age=0/)]);
    expect(h.client.claimsOf(body.access_token)).toMatchObject({
      sub: String(body.user.id),
      username: name,
      type: 'access',
    });
    expect((await h.client.me(body.access_token)).body).toEqual(body.user);
    const next = await h.client.refresh(body.refresh_token);
    expect(next.status).toBe(200);
    expect((await h.client.me(next.body.access_token)).body.id).toBe(body.user.id);
    expect((await h.client.refresh(body.refresh_token)).status).toBe(401);
    expect(await h.client.actionsOf(name)).toEqual(
      expect.arrayContaining(['sso.signIn', 'tokens.signIn']),
    );
  });

  test('is the same person the second time, also of two at once', async () => {
    const both = await Promise.all([h.come(door), h.come(door)]);
    const third = await h.come(door);
    expect([...both, third].map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(new Set([...both, third].map(({ body }) => body.user.id)).size).toBe(1);
    const identities = await h.db.identity.findMany({ where: { user: { username: name } } });
    expect(identities.map(({ providerId }) => providerId)).toEqual([id]);
    expect(await personOf(name)).toMatchObject({ passwordHash: null, role: 'member' });
  });

  test('lets silenced people look, and refuses disabled ones', async () => {
    await h.come(door);
    await setState(name, 'silenced');
    const { body, status } = await h.come(door);
    expect([status, body.user.is_silenced, body.user.is_active]).toEqual([200, true, true]);
    const chat = await h.client.ask('POST', '/v1/chat/completions', {
      as: body.access_token,
      body: { model: 'sandbox-echo', messages: [{ role: 'user', content: 'hi' }] },
    });
    expect([chat.status, chat.body.error.code]).toEqual([403, 'user_silenced']);
    await setState(name, 'disabled');
    expect(told(await h.come(door))).toEqual([403, 'ACCOUNT_DISABLED']);
  });

  test('obeys registration: closed, after approval, open', async () => {
    await h.registration('closed');
    expect(told(await h.come(door))).toEqual([403, 'REGISTRATION_CLOSED']);
    expect(await h.db.user.count({ where: { username: name } })).toBe(0);
    await h.registration('approval');
    expect(told(await h.come(door))).toEqual([403, 'ACCOUNT_DISABLED']);
    expect(told(await h.come(door))).toEqual([403, 'ACCOUNT_DISABLED']);
    await nobodyCame();
    await setState(name, 'active');
    expect((await h.come(door)).status).toBe(200);
    await h.registration('closed');
    expect((await h.come(door)).status).toBe(200);
  });

  test('asks whoever has an app for more, and says how', async () => {
    await h.come(door);
    const { id: userId } = await personOf(name);
    await h.db.tokenFamily.deleteMany({ where: { userId } });
    const secret = 'sealed elsewhere';
    await h.db.totp.create({ data: { userId, secret, confirmedAt: new Date() } });
    const answer = await h.come(door);
    expect(told(answer)).toEqual([401, 'SECOND_FACTOR_NEEDED']);
    expect(answer.body.detail).toMatch(/totp_code.*API key/);
    expect(answer.headers.get('www-authenticate')).toBe('Bearer');
    await nobodyCame();
  });

  test('takes each answer once, also when it comes twice at once', async () => {
    const { cookie, state, url } = await h.begin(door);
    const given = { state, ...(await h.agreedAt(url)) };
    const both = await Promise.all([1, 2].map(() => h.finish(door, given, cookie)));
    expect(both.map(({ status }) => status).sort()).toEqual([200, 400]);
    expect(told(await h.finish(door, given, cookie))).toEqual([400, 'INVALID_OAUTH_STATE']);
  });

  test('takes no answer of another browser, nor of one without a cookie', async () => {
    const { cookie, state, url } = await h.begin(door);
    const given = { state, ...(await h.agreedAt(url)) };
    const { cookie: others } = await h.begin(door);
    for (const wrong of [null, others, 'gatehouse_sso=x', 'gatehouse_sso=']) {
      expect(told(await h.finish(door, given, wrong))).toEqual([400, 'INVALID_OAUTH_STATE']);
    }
    await nobodyCame();
    expect((await h.finish(door, given, cookie)).status).toBe(200);
  });

  test('takes no answer after ten minutes', async () => {
    const { cookie, state, url } = await h.begin(door);
    const given = { state, ...(await h.agreedAt(url)) };
    await h.db.signInAttempt.updateMany({ data: { expiresAt: new Date(0) } });
    expect(told(await h.finish(door, given, cookie))).toEqual([400, 'INVALID_OAUTH_STATE']);
  });

  test('takes no state of another service (mix-up), nor an answer of another issuer', async () => {
    const [other = door] = Object.values(DOORS).filter((one) => one !== door);
    const { cookie, state, url } = await h.begin(door);
    const given = { state, ...(await h.agreedAt(url)) };
    expect(told(await h.finish(other, given, cookie))).toEqual([400, 'INVALID_OAUTH_STATE']);
    await nobodyCame();
    if (id !== 'company') return;
    const foreign = { ...given, iss: 'https://evil.example' };
    const refused = await h.finish(door, foreign, cookie);
    expect(told(refused)).toEqual([400, 'OAUTH_TOKEN_EXCHANGE_FAILED']);
    await nobodyCame();
  });

  test('sends nobody anywhere else, whatever the address or the body asks for', async () => {
    const evil = 'https://evil.example/';
    const query = `?${new URLSearchParams({ redirect_uri: evil, next: evil, return_to: evil })}`;
    const { cookie, state, text, url } = await h.begin(door, query);
    expect(text).not.toContain('evil');
    const given = { state, ...(await h.agreedAt(url)), redirect_uri: evil, next: evil };
    const answer = await h.finish(door, given, cookie);
    expect([answer.status, answer.headers.get('location')]).toEqual([200, null]);
    expect(answer.text).not.toContain('evil');
  });

  test('says of what is missing that it is invalid', async () => {
    const { cookie, state } = await h.begin(door);
    const init = cookie === null ? {} : { cookie };
    for (const sent of [{ state }, { code: 'c' }, { state, code: '' }, {}]) {
      const answer = await (door.method === 'GET'
        ? h.client.ask('GET', `${door.ends}?${new URLSearchParams(sent)}`, init)
        : h.client.ask('POST', door.ends, { ...init, body: sent }));
      expect(told(answer)).toEqual([422, 'VALIDATION_ERROR']);
    }
  });

  test('takes no code that the service does not know', async () => {
    const { cookie, state } = await h.begin(door);
    const answer = await h.finish(door, { state, code: 'made-up' }, cookie);
    expect(told(answer)).toEqual([400, 'OAUTH_TOKEN_EXCHANGE_FAILED']);
    expect(answer.text).not.toContain(CLIENT.secret);
    await nobodyCame();
  });
});

describe('a service', () => {
  const linuxDo = (settings: object) => ({
    authorizationEndpoint: `${h.linuxDo.url}/oauth2/authorize`,
    tokenEndpoint: `${h.linuxDo.url}/oauth2/token`,
    userInfoEndpoint: `${h.linuxDo.url}/api/user`,
    ...settings,
  });

  test.each([
    ['a trust level that is too low', { leastTrustLevel: 3 }],
    ['no confirmed address of its domain', { mailDomains: ['example.com'] }],
    ['people it does not know', { newPeople: false }],
  ])('refuses %s with 400 OAUTH_ERROR, and says why', async (_, settings) => {
    const id = `gated-${Object.keys(settings).join().toLowerCase()}`;
    await h.addService(id, 'linuxdo', linuxDo(settings));
    const answer = await h.come(doorOf(id));
    expect(told(answer)).toEqual([400, 'OAUTH_ERROR']);
    expect(answer.body.detail.length).toBeGreaterThan(20);
    expect(await h.db.user.count({ where: { username: name } })).toBe(0);
  });

  test('that stands in for a second factor is enough', async () => {
    await h.addService('strong', 'linuxdo', linuxDo({ countsAsSecondFactor: true }));
    await h.come(doorOf('strong'));
    const { id: userId } = await personOf(name);
    await h.db.totp.create({ data: { userId, secret: 'x', confirmedAt: new Date() } });
    expect((await h.come(doorOf('strong'))).status).toBe(200);
  });

  test('whose code was used answers nobody else with it', async () => {
    const first = await h.begin(DOORS.company);
    const given = await h.agreedAt(first.url);
    const used = await h.finish(DOORS.company, { ...given, state: first.state }, first.cookie);
    expect(used.status).toBe(200);
    const thief = await h.begin(DOORS.company);
    const again = await h.finish(DOORS.company, { ...given, state: thief.state }, thief.cookie);
    expect(told(again)).toEqual([400, 'OAUTH_TOKEN_EXCHANGE_FAILED']);
  });

  test('that does not say who it is lets nobody in', async () => {
    h.linuxDo.state.user = { username: name };
    expect(told(await h.come(DOORS.sso))).toEqual([400, 'OAUTH_USER_INFO_FAILED']);
    await nobodyCame();
  });

  test('that is switched off while somebody is there is gone', async () => {
    await h.addService('brief', 'linuxdo', linuxDo({}));
    const { cookie, state } = await h.begin(doorOf('brief'));
    await h.db.identityProvider.update({ where: { id: 'brief' }, data: { enabled: false } });
    const answer = await h.finish(doorOf('brief'), { state }, cookie);
    expect(answer.status).toBe(404);
    await nobodyCame();
  });

  test('is listed with the others, the environment’s first and without a secret', async () => {
    const { body, text } = await h.client.ask('GET', '/api/auth/oidc/providers');
    expect(body.providers[0]).toEqual({ id: 'sso', name: 'Linux.do', kind: 'oauth2' });
    expect(body.providers).toContainEqual({ id: 'company', name: 'company', kind: 'oidc' });
    expect(text).not.toContain(CLIENT.secret);
  });
});

test('an answer to a link of the console signs nobody in here', async () => {
  await h.come(DOORS.company);
  const linking = await h.console('sso.link', { provider: 'github' }, h.admin);
  const { address } = JSON.parse(linking.text).result.data;
  const state = new URL(address).searchParams.get('state') ?? '';
  const answer = await h.finish(DOORS.github, { state }, linking.cookie);
  expect(told(answer)).toEqual([400, 'INVALID_OAUTH_STATE']);
  await nobodyCameBy('github');
});

const nobodyCameBy = async (providerId: string) =>
  expect(await h.db.identity.count({ where: { providerId, user: { username: name } } })).toBe(0);
