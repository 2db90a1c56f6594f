import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startApp, type TestApp } from '../../testing/app.ts';
import { startRest, type TestRest } from '../../testing/rest-harness.ts';
import { addApiKeys } from './api-keys.ts';

const PATH = '/api/api-keys';
let h: TestApp;
let rest: TestRest;
let numbers: Record<string, number>;

beforeAll(async () => {
  const user = (username: string, role = 'member') => ({
    username,
    password: 'correct horse battery',
    role,
  });
  h = await startApp({
    users: [user('ada', 'admin'), user('ann'), user('ben'), user('eve')],
    ...{ platforms: [], accounts: [], models: [], keys: [] },
  });
  rest = await startRest({ db: h.infra.db, clock: h.infra.clock }, (routes) =>
    addApiKeys(routes, { keys: h.app.services.numberedKeys, clock: h.infra.clock }),
  );
  const rows = await h.infra.db.user.findMany({ select: { username: true, number: true } });
  numbers = Object.fromEntries(rows.map(({ number, username }) => [username, number]));
});
afterAll(async () => {
  await rest[Symbol.asyncDispose]();
  await h[Symbol.asyncDispose]();
});

type Key = { id: number; key: string; key_preview: string };
async function make(as: string, body: unknown = {}): Promise<Key> {
  const answer = await rest.ask(as, 'POST', PATH, body);
  expect(answer.status, answer.text).toBe(200);
  return answer.body as Key;
}
const at = (id: number | string) => `${PATH}/${id}`;

describe('POST /api/api-keys', () => {
  test('answers with the key, whole, and whole numbers for ids', async () => {
    const body = { name: 'laptop', description: 'for the notebook', config_type: 'antigravity' };
    const { key, ...rest } = await make('ann', body);
    expect(rest).toEqual({
      id: expect.any(Number),
      user_id: numbers['ann'],
      name: 'laptop',
      description: 'for the notebook',
      config_type: 'antigravity',
      is_active: true,
      created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
      last_used_at: null,
      expires_at: null,
      key_preview: `${key.slice(0, 8)}...`,
    });
    expect(key).toMatch(/^sk-[0-9A-Za-z]{43}$/);
    const stored = await h.infra.db.apiKey.findUniqueOrThrow({ where: { number: rest.id } });
    expect(JSON.stringify({ ...stored })).not.toContain(key);
    expect(stored.description).toBe('for the notebook');
  });

  test('works without a body, and with nothing but nulls', async () => {
    const res = await rest.ask('ann', 'POST', PATH);
    expect(res.status, res.text).toBe(200);
    expect(res.body).toMatchObject({ name: 'API key', config_type: null });
    await make('ann', { name: null, description: null, config_type: null });
    await make('ann', { name: '   ' });
  });

  test('the key opens the door', async () => {
    const { key } = await make('ann');
    const res = await fetch(`${h.url}/v1/models`, { headers: { authorization: `Bearer ${key}` } });
    expect(res.status).toBe(200);
  });

  test('kiro is for those in the beta', async () => {
    const refused = await rest.ask('ben', 'POST', PATH, { config_type: 'kiro' });
    expect(refused.status).toBe(403);
    expect(refused.body).toMatchObject({ detail: expect.stringContaining('beta') });
    await h.infra.db.user.update({ where: { username: 'ben' }, data: { beta: true } });
    expect(await make('ben', { config_type: 'kiro' })).toMatchObject({ config_type: 'kiro' });
  });

  test.each([
    ['a name that is too long', { name: 'n'.repeat(81) }],
    ['a family that is none', { config_type: 'other' }],
    ['a name that is no text', { name: 7 }],
    ['a description without end', { description: 'd'.repeat(501) }],
    ['no object', []],
    ['no JSON', '{"name":'],
    ['a NUL character', { name: 'a\0b' }],
  ])('refuses %s', async (_, body) => {
    const answer = await rest.ask('ann', 'POST', PATH, body);
    expect(answer.status).toBe(422);
    expect(answer.body).toMatchObject({ error_code: 'VALIDATION_ERROR' });
  });
});

describe('GET /api/api-keys', () => {
  test('lists one’s own, newest first, without any secret; an admin’s too', async () => {
    const first = await make('eve', { name: 'first' });
    const second = await make('eve', { name: 'second' });
    const { body, text } = await rest.ask('eve', 'GET', PATH);
    expect((body as Key[]).map(({ id }) => id)).toEqual([second.id, first.id]);
    expect((body as Key[])[0]).toMatchObject({ key_preview: second.key_preview });
    for (const { key } of [first, second]) expect(text).not.toContain(key);
    expect((await rest.ask('ada', 'GET', PATH)).body).toEqual([]);
  });

  test('an expired key is not active', async () => {
    const { id } = await make('eve', { name: 'old' });
    const expiresAt = new Date(h.infra.clock.now() - 1_000);
    await h.infra.db.apiKey.update({ where: { number: id }, data: { expiresAt } });
    expect((await rest.ask('eve', 'GET', at(id))).body).toMatchObject({ is_active: false });
  });
});

describe('one key', () => {
  test('is told without its secret, which nobody can read again', async () => {
    const { id, key } = await make('ann');
    const { body, status, text } = await rest.ask('ann', 'GET', at(id));
    expect([status, (body as Key).id]).toEqual([200, id]);
    expect(text).not.toContain(key);
    expect(body).not.toHaveProperty('key');
  });

  test('another’s is 403 to read, 404 to change; an unknown one is 404', async () => {
    const { id } = await make('ann');
    for (const as of ['ben', 'ada']) {
      expect((await rest.ask(as, 'GET', at(id))).status).toBe(403);
      const off = await rest.ask(as, 'PATCH', `${at(id)}/status`, { is_active: false });
      expect(off.status).toBe(404);
      expect((await rest.ask(as, 'DELETE', at(id))).status).toBe(404);
    }
    expect((await rest.ask('ann', 'GET', at(id))).body).toMatchObject({ is_active: true });
    expect((await rest.ask('ann', 'GET', at(2_147_483_647))).status).toBe(404);
    const unknown = await rest.ask('ann', 'DELETE', at(2_147_483_646));
    expect(unknown.body).toMatchObject({ detail: expect.any(String) });
  });

  test('is switched off and on', async () => {
    const { id, key } = await make('ann');
    const models = () =>
      fetch(`${h.url}/v1/models`, { headers: { authorization: `Bearer ${key}` } });
    const off = await rest.ask('ann', 'PATCH', `${at(id)}/status`, { is_active: false });
    expect([off.status, off.body]).toEqual([200, expect.objectContaining({ is_active: false })]);
    expect((await models()).status).toBe(401);
    const on = await rest.ask('ann', 'PATCH', `${at(id)}/status`, { is_active: true });
    expect(on.body).toMatchObject({ id, is_active: true });
    expect((await models()).status).toBe(200);
  });

  test('is revoked once, and gone then', async () => {
    const { id, key } = await make('ann');
    const gone = await rest.ask('ann', 'DELETE', at(id));
    expect(gone.body).toEqual({ message: expect.any(String), success: true });
    const res = await fetch(`${h.url}/v1/models`, { headers: { authorization: `Bearer ${key}` } });
    expect(res.status).toBe(401);
    for (const method of ['GET', 'DELETE']) {
      expect((await rest.ask('ann', method, at(id))).status).toBe(404);
    }
    const list = (await rest.ask('ann', 'GET', PATH)).body as Key[];
    expect(list.map((each) => each.id)).not.toContain(id);
  });

  test.each(['0', '-1', '1.5', 'x', '99999999999', '%00', '1e3x', 'NaN', '2147483648'])(
    'refuses the id %s',
    async (id) => {
      for (const [method, path] of [
        ['GET', at(id)],
        ['DELETE', at(id)],
        ['PATCH', `${at(id)}/status`],
      ] as const) {
        const body = method === 'PATCH' ? { is_active: true } : undefined;
        expect((await rest.ask('ann', method, path, body)).status).toBe(422);
      }
    },
  );

  test.each([[{}], [{ is_active: 'yes' }], [{ is_active: null }], [undefined]])(
    'a status of %j is refused',
    async (body) => {
      const { id } = await make('ann');
      expect((await rest.ask('ann', 'PATCH', `${at(id)}/status`, body)).status).toBe(422);
    },
  );
});

test('nobody is let in without a token, and what they did is in the audit log', async () => {
  for (const [method, path] of [
    ['GET', PATH],
    ['POST', PATH],
    ['GET', at(1)],
    ['DELETE', at(1)],
    ['PATCH', `${at(1)}/status`],
  ] as const) {
    const answer = await rest.ask(null, method, path);
    expect(answer.status).toBe(401);
    expect(answer.headers.get('www-authenticate')).toBe('Bearer');
  }
  expect(await h.infra.db.auditEvent.count({ where: { action: 'keys.revoke' } })).toBe(1);
  expect(rest.faults).toEqual([]);
});
