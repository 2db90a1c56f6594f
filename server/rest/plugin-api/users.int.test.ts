import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import {
  ADMIN_KEY,
  keyFor,
  type PluginContractApp,
  REFUSED,
  startPluginContract,
  TIME,
  UUID,
} from '../../testing/plugin-contract.ts';

const ANN = keyFor('ann');
const BEN = keyFor('ben');

let h: PluginContractApp;
beforeAll(async () => {
  h = await startPluginContract();
});
afterAll(() => h[Symbol.asyncDispose]());

const NOBODY = '0190c0de-0000-7000-8000-000000000000';
async function made(body: object = {}) {
  const { body: told } = await h.ask(ADMIN_KEY, 'POST', '/api/users', { body });
  return (told as { data: { user_id: string; api_key: string; name: string | null } }).data;
}
const stateOf = async (id: string) =>
  (await h.infra.db.user.findUniqueOrThrow({ where: { id } })).state;

describe('keys', () => {
  test.each([
    ['none', null],
    ['one that is nobody’s', keyFor('nobody')],
    ['one of another kind', 'pk-0123456789012345678901234567'],
    ['a token', 'eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0.'],
    ['the admin key with a character more', `${ADMIN_KEY}x`],
  ])('%s is answered 401', async (_name, key) => {
    for (const path of ['/api/user/me', '/api/users', '/api/accounts', '/api/quotas/user']) {
      expect(await h.ask(key, 'GET', path)).toMatchObject({ status: 401, body: REFUSED });
    }
  });

  test('a disabled person’s is answered 401, at once', async () => {
    const { api_key, user_id } = await made();
    expect((await h.ask(api_key, 'GET', '/api/user/me')).status).toBe(200);
    const body = { status: 0 };
    await h.ask(ADMIN_KEY, 'PUT', `/api/users/${user_id}/status`, { body });
    await vi.waitFor(async () =>
      expect((await h.ask(api_key, 'GET', '/api/user/me')).status).toBe(401),
    );
  });

  test('an admin’s own is no admin key', async () => {
    for (const [method, path] of ADMIN_ROUTES) {
      const told = await h.ask(keyFor('ada'), method, path);
      expect(told, `${method} ${path}`).toMatchObject({ status: 403, body: REFUSED });
    }
  });

  test('the admin key owns nothing', async () => {
    for (const path of [
      '/api/user/me',
      '/api/accounts',
      '/api/quotas/user',
      '/api/kiro/accounts',
    ]) {
      expect(await h.ask(ADMIN_KEY, 'GET', path)).toMatchObject({ status: 403, body: REFUSED });
    }
    const chat = { model: 'gpt-lab', messages: [{ role: 'user', content: 'Hi' }] };
    const told = await h.ask(ADMIN_KEY, 'POST', '/v1/chat/completions', { body: chat });
    expect(told.status).toBe(401);
  });
});

const ADMIN_ROUTES = [
  ['POST', '/api/users'],
  ['GET', '/api/users'],
  ['POST', `/api/users/${NOBODY}/regenerate-key`],
  ['PUT', `/api/users/${NOBODY}/status`],
  ['DELETE', `/api/users/${NOBODY}`],
  ['GET', '/api/quotas/low'],
] as const;

describe('users', () => {
  test('one is made with a name and a key that works at once', async () => {
    const told = await h.ask(ADMIN_KEY, 'POST', '/api/users', {
      body: { name: 'Zoë Müller', prefer_shared: 1 },
    });
    expect(told).toMatchObject({
      status: 200,
      body: {
        success: true,
        message: expect.any(String),
        data: {
          user_id: expect.stringMatching(UUID),
          api_key: expect.stringMatching(/^sk-[0-9A-Za-z]{43}$/),
          name: 'Zoë Müller',
          prefer_shared: 1,
          created_at: expect.stringMatching(TIME),
        },
      },
    });
    const { api_key, user_id } = (told.body as { data: { api_key: string; user_id: string } }).data;
    const row = await h.infra.db.user.findUniqueOrThrow({ where: { id: user_id } });
    expect(row).toMatchObject({
      ...{ username: 'zoe-muller', role: 'member', state: 'active' },
      ...{ passwordHash: null, preferShared: true },
    });
    const chat = { model: 'gpt-lab', messages: [{ role: 'user', content: 'Hi' }] };
    const answer = await h.ask(api_key, 'POST', '/v1/chat/completions', { body: chat });
    expect(answer).toMatchObject({ status: 200, body: { object: 'chat.completion' } });
  });

  test('many of one name, and of none, get user names of their own', async () => {
    const [one, two, none, also] = await Promise.all([
      made({ name: 'twin' }),
      made({ name: 'twin' }),
      made(),
      made({ name: null }),
    ]);
    expect([one.name, two.name, none.name, also.name]).toEqual(['twin', 'twin', null, null]);
    expect(new Set([one, two, none, also].map(({ user_id }) => user_id)).size).toBe(4);
  });

  test.each([
    [{ name: 'x'.repeat(101) }],
    [{ name: 7 }],
    [{ prefer_shared: 2 }],
    [{ prefer_shared: true }],
    ['not json'],
    [[]],
    ['null'],
  ])('one made of %j is answered 400', async (body) => {
    const told = await h.ask(ADMIN_KEY, 'POST', '/api/users', { body });
    expect(told).toMatchObject({ status: 400, body: REFUSED });
  });

  test('all are listed, newest first', async () => {
    h.clock.advance(1_000);
    const before = await made({ name: 'older' });
    h.clock.advance(1_000);
    const { user_id } = await made({ name: 'newest' });
    const { body, status } = await h.ask(ADMIN_KEY, 'GET', '/api/users');
    const { data } = body as { data: Record<string, unknown>[] };
    expect(status).toBe(200);
    const at = data.findIndex((user) => user['user_id'] === user_id);
    expect(data[at]).toEqual({
      ...{ user_id, name: 'newest', status: 1 },
      created_at: expect.stringMatching(TIME),
      updated_at: expect.stringMatching(TIME),
    });
    expect(data[at + 1]).toMatchObject({ user_id: before.user_id, name: 'older' });
    expect(data.map(({ name }) => name)).toContain('ada');
    expect(JSON.stringify(body)).not.toMatch(/sk-|gh-|hash/i);
  });

  test('one sees oneself, without the key', async () => {
    const { body, status } = await h.ask(ANN, 'GET', '/api/user/me');
    expect(status).toBe(200);
    expect(body).toEqual({
      success: true,
      data: {
        ...{ user_id: await h.idOf('ann'), name: 'ann', prefer_shared: 0, status: 1 },
        created_at: expect.stringMatching(TIME),
        updated_at: expect.stringMatching(TIME),
      },
    });
  });

  test('a new key ends the one before at once; others of the person stay', async () => {
    const { api_key, user_id } = await made();
    const path = `/api/users/${user_id}/regenerate-key`;
    const { body } = await h.ask(ADMIN_KEY, 'POST', path);
    const next = (body as { data: { api_key: string } }).data.api_key;
    expect(body).toMatchObject({ success: true, data: { user_id } });
    expect((await h.ask(api_key, 'GET', '/api/user/me')).status).toBe(401);
    expect((await h.ask(next, 'GET', '/api/user/me')).status).toBe(200);
    const ben = await h.idOf('ben');
    await h.ask(ADMIN_KEY, 'POST', `/api/users/${ben}/regenerate-key`);
    expect((await h.ask(BEN, 'GET', '/api/user/me')).status).toBe(200);
    const actions = await h.infra.db.auditEvent.findMany({
      where: { actorName: 'plugin-admin-key', targetKind: 'key', targetName: 'Plug-in API' },
    });
    expect(actions.map(({ action }) => action)).toContain('keys.rotate');
    expect(JSON.stringify(actions.map(({ change }) => change))).not.toContain(next.slice(3));
  });

  test('nobody gets the key of somebody who manages others', async () => {
    const id = await h.idOf('ada');
    const told = await h.ask(ADMIN_KEY, 'POST', `/api/users/${id}/regenerate-key`);
    expect(told).toMatchObject({ status: 403, body: REFUSED });
    const off = { body: { status: 0 } };
    expect((await h.ask(ADMIN_KEY, 'PUT', `/api/users/${id}/status`, off)).status).toBe(403);
    expect((await h.ask(ADMIN_KEY, 'DELETE', `/api/users/${id}`)).status).toBe(403);
    expect(await stateOf(id)).toBe('active');
  });

  test('a status is set, and set again', async () => {
    const { user_id } = await made();
    const path = `/api/users/${user_id}/status`;
    for (const status of [0, 0, 1, 1]) {
      expect(await h.ask(ADMIN_KEY, 'PUT', path, { body: { status } })).toMatchObject({
        status: 200,
        body: { success: true, data: { user_id, status } },
      });
      expect(await stateOf(user_id)).toBe(status === 1 ? 'active' : 'disabled');
    }
    await h.infra.db.user.update({ where: { id: user_id }, data: { state: 'silenced' } });
    await h.ask(ADMIN_KEY, 'PUT', path, { body: { status: 1 } });
    expect(await stateOf(user_id)).toBe('silenced');
  });

  test.each([[{}], [{ status: 2 }], [{ status: '1' }], [{ status: null }]])(
    'the status %j is answered 400',
    async (body) => {
      const path = `/api/users/${await h.idOf('dan')}/status`;
      const told = await h.ask(ADMIN_KEY, 'PUT', path, { body });
      expect(told).toMatchObject({ status: 400, body: REFUSED });
    },
  );

  test('a preference is one’s own, or set with the admin key', async () => {
    const [ann, ben] = [await h.idOf('ann'), await h.idOf('ben')];
    const body = { prefer_shared: 1 };
    const path = `/api/users/${ben}/preference`;
    expect(await h.ask(BEN, 'PUT', path, { body })).toMatchObject({
      status: 200,
      body: { success: true, data: { user_id: ben, prefer_shared: 1 } },
    });
    expect((await h.ask(BEN, 'GET', '/api/user/me')).body).toMatchObject({
      data: { prefer_shared: 1 },
    });
    expect((await h.ask(ANN, 'PUT', path, { body })).status).toBe(403);
    expect((await h.ask(BEN, 'PUT', `/api/users/${ann}/preference`, { body })).status).toBe(403);
    const back = { body: { prefer_shared: 0 } };
    expect((await h.ask(ADMIN_KEY, 'PUT', path, back)).status).toBe(200);
    for (const wrong of [{}, { prefer_shared: 2 }, { prefer_shared: '1' }]) {
      expect((await h.ask(BEN, 'PUT', path, { body: wrong })).status).toBe(400);
    }
  });

  test('one is deleted with key and accounts', async () => {
    const { api_key, user_id } = await made();
    const path = `/api/users/${user_id}`;
    const told = await h.ask(ADMIN_KEY, 'DELETE', path);
    expect(told).toMatchObject({ status: 200, body: { success: true } });
    expect(told.body).not.toHaveProperty('data');
    expect(await h.infra.db.user.count({ where: { id: user_id } })).toBe(0);
    await vi.waitFor(async () =>
      expect((await h.ask(api_key, 'GET', '/api/user/me')).status).toBe(401),
    );
    expect((await h.ask(ADMIN_KEY, 'DELETE', path)).status).toBe(404);
  });

  test.each([NOBODY, 'admin', '1', '%00', '..%2f..', 'x'.repeat(100)])(
    'nobody of the id %j is answered 404',
    async (id) => {
      const status = { body: { status: 1 } };
      const preference = { body: { prefer_shared: 1 } };
      const all = await Promise.all([
        h.ask(ADMIN_KEY, 'POST', `/api/users/${id}/regenerate-key`),
        h.ask(ADMIN_KEY, 'PUT', `/api/users/${id}/status`, status),
        h.ask(ADMIN_KEY, 'PUT', `/api/users/${id}/preference`, preference),
        h.ask(ADMIN_KEY, 'DELETE', `/api/users/${id}`),
      ]);
      for (const told of all) {
        expect([400, 404]).toContain(told.status);
        expect(told.body).toEqual(REFUSED);
      }
    },
  );
});
