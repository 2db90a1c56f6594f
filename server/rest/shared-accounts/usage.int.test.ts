import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { startApp, type TestApp } from '../../testing/app.ts';
import { startRest, type TestRest } from '../../testing/rest-harness.ts';
import { addApiKeys } from './api-keys.ts';
import { addUsage } from './usage.ts';

const PATHS = [
  'stats',
  'logs',
  'quotas',
  'consumption',
  'accounts',
  'summary',
  'shared-pool/stats',
];
let h: TestApp;
let rest: TestRest;
let annsKey: { id: number; key: string };
let bensKey: typeof annsKey;

const get = (as: string | null, path: string) => rest.ask(as, 'GET', `/api/usage/${path}`);

async function chat(key: string, more: object = {}): Promise<number> {
  const messages = [{ role: 'user', content: 'hello there' }];
  const res = await fetch(`${h.url}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
    body: JSON.stringify({ model: 'echo', messages, ...more }),
  });
  await res.text();
  return res.status;
}

beforeAll(async () => {
  const user = (username: string, role: string) => ({
    username,
    password: 'correct horse battery',
    role,
  });
  h = await startApp({
    users: [user('ada', 'admin'), user('ann', 'member'), user('ben', 'member')],
    platforms: [],
    accounts: [
      { owner: 'ann', platform: 'sandbox', name: 'box', shared: true },
      { owner: 'ann', platform: 'sandbox', name: 'own' },
    ],
    models: [{ name: 'echo', routes: [{ platform: 'sandbox', model: 'sandbox-echo' }] }],
    keys: [],
  });
  const { clock, db } = h.infra;
  const { numberedKeys, ownUsage, pluginContract } = h.app.services;
  rest = await startRest({ db, clock }, (routes) => {
    addApiKeys(routes, { keys: numberedKeys, clock });
    addUsage(routes, { usage: ownUsage, contract: pluginContract, clock });
  });
  const made = async (as: string) =>
    (await rest.ask(as, 'POST', '/api/api-keys', { name: `${as}’s` })).body;
  annsKey = (await made('ann')) as typeof annsKey;
  bensKey = (await made('ben')) as typeof annsKey;
  expect(await chat(annsKey.key)).toBe(200);
  expect(await chat(annsKey.key)).toBe(200);
  expect(await chat(annsKey.key, { model: 'nothing' })).toBe(404);
  expect(await chat(bensKey.key)).toBe(200);
  await vi.waitUntil(async () => (await h.infra.db.usage.count()) === 4, { timeout: 20_000 });
});
afterAll(async () => {
  await rest[Symbol.asyncDispose]();
  await h[Symbol.asyncDispose]();
});

const today = () => new Date(h.infra.clock.now()).toISOString().slice(0, 10);

describe('GET /api/usage/stats', () => {
  test('sums one’s own in all, by model, by key and by day', async () => {
    const { body, status, text } = await get('ann', 'stats');
    expect(status, text).toBe(200);
    const sums = { requests: 3, errors: 1, aborted: 0, cost: 0 };
    expect(body).toEqual({
      success: true,
      data: {
        time_zone: 'UTC',
        start_date: expect.stringMatching(/^\d{4}-\d\d-\d\d$/),
        end_date: today(),
        totals: expect.objectContaining({ ...sums, quota_consumed: 0 }),
        by_model: [
          expect.objectContaining({ model_name: 'echo', requests: 2, errors: 0 }),
          expect.objectContaining({ model_name: 'nothing', requests: 1, errors: 1 }),
        ],
        by_key: [expect.objectContaining({ api_key_id: annsKey.id, api_key_name: 'ann’s' })],
        by_day: [expect.objectContaining({ ...sums, date: today() })],
      },
    });
    const { totals } = (body as { data: { totals: Record<string, number> } }).data;
    expect(totals['total_tokens']).toBe(
      (totals['input_tokens'] ?? 0) + (totals['output_tokens'] ?? 0),
    );
    expect(totals['total_tokens']).toBeGreaterThan(0);
  });

  test('an admin sees their own only', async () => {
    const { body } = await get('ada', 'stats');
    expect(body).toMatchObject({ data: { totals: { requests: 0 }, by_key: [], by_day: [] } });
  });

  test('of the days that were asked for', async () => {
    const day = today();
    const requests = async (query: string) =>
      ((await get('ann', `stats?${query}`)).body as { data: { totals: { requests: number } } }).data
        .totals.requests;
    expect(await requests(`start_date=${day}&end_date=${day}`)).toBe(3);
    expect(await requests(`start_date=${day}T00:00:00Z`)).toBe(3);
    expect(await requests('start_date=2020-01-01&end_date=2020-02-01')).toBe(0);
    expect(await requests('end_date=2020-02-01T12:00:00%2B02:00')).toBe(0);
  });
});

describe('GET /api/usage/logs', () => {
  type Logs = { data: { id: string; model_name: string }[]; pagination: { has_more: boolean } };
  const logs = async (as: string, query = '') => (await get(as, `logs?${query}`)).body as Logs;

  test('has one’s own requests, newest first', async () => {
    const { data } = await logs('ann');
    expect(data).toHaveLength(3);
    expect(data[2]).toEqual({
      id: expect.any(String),
      user_id: expect.any(Number),
      api_key_id: annsKey.id,
      endpoint: '/v1/chat/completions',
      method: 'POST',
      model_name: 'echo',
      quota_consumed: 0,
      input_tokens: expect.any(Number),
      cached_tokens: 0,
      output_tokens: expect.any(Number),
      total_tokens: expect.any(Number),
      cost: null,
      status: 200,
      outcome: 'ok',
      latency_ms: expect.any(Number),
      created_at: expect.stringMatching(/Z$/),
    });
    expect(data[0]).toMatchObject({ model_name: 'nothing', status: 404 });
    expect((await logs('ada')).data).toEqual([]);
  });

  test('in pages', async () => {
    const all = (await logs('ann')).data.map(({ id }) => id);
    const first = await logs('ann', 'limit=2');
    const second = await logs('ann', 'limit=2&offset=2');
    expect([...first.data, ...second.data].map(({ id }) => id)).toEqual(all);
    expect([first.pagination, second.pagination]).toEqual([
      { limit: 2, offset: 0, has_more: true },
      { limit: 2, offset: 2, has_more: false },
    ]);
  });

  test('by model, key, how they ended, and time; another’s key finds nothing', async () => {
    const count = async (query: string) => (await logs('ann', query)).data.length;
    expect(await count('model_name=echo')).toBe(2);
    expect(await count('status=failed')).toBe(1);
    expect(await count('status=success')).toBe(2);
    expect(await count('status=aborted')).toBe(0);
    expect(await count(`api_key_id=${annsKey.id}`)).toBe(3);
    expect(await count(`api_key_id=${bensKey.id}`)).toBe(0);
    expect(await count('start_date=2020-01-01&end_date=2020-01-02')).toBe(0);
  });
});

describe('what is about the pool', () => {
  test('GET /api/usage/quotas', async () => {
    const { body, status } = await get('ann', 'quotas');
    expect([status, body]).toEqual([
      200,
      {
        success: true,
        data: {
          user_quota: expect.any(Array),
          shared_pool_quota: {
            quotas: [expect.objectContaining({ model_name: 'echo', available_cookies: 1 })],
            user_consumption: expect.objectContaining({ total_requests: expect.any(Number) }),
          },
        },
      },
    ]);
  });

  test('GET /api/usage/consumption', async () => {
    const { body } = await get('ben', 'consumption?limit=10');
    expect(body).toMatchObject({
      success: true,
      data: [{ model_name: 'echo', is_shared: 1, quota_consumed: expect.any(String) }],
    });
    const none = await get('ben', 'consumption?start_date=2020-01-01&end_date=2020-01-02');
    expect(none.body).toEqual({ success: true, data: [] });
  });

  test('GET /api/usage/accounts, without any secret', async () => {
    const { body } = await get('ann', 'accounts');
    expect(body).toMatchObject({
      data: [
        { name: 'own', is_shared: 0, status: 1, platform: 'sandbox' },
        { name: 'box', is_shared: 1, quotas: [{ model_name: 'echo', status: 1 }] },
      ],
    });
    expect((await get('ben', 'accounts')).body).toEqual({ success: true, data: [] });
    expect((await get('ada', 'accounts')).body).toEqual({ success: true, data: [] });
  });

  test('GET /api/usage/summary and /api/usage/shared-pool/stats', async () => {
    expect((await get('ann', 'summary')).body).toMatchObject({
      data: {
        accounts: { total: 2, active: 2, inactive: 0 },
        shared_pool: [{ model_name: 'echo' }],
      },
    });
    const { body } = await get('ann', 'shared-pool/stats');
    expect(body).toMatchObject({
      data: {
        accounts: { total_shared: 1, active_shared: 1, inactive_shared: 0 },
        quotas_by_model: { echo: { available_cookies: 1, status: 1 } },
        user_consumption: {},
        note: expect.any(String),
      },
    });
  });
});

describe('what is refused', () => {
  test.each(PATHS)('%s without a token', async (path) => {
    const answer = await get(null, path);
    expect(answer.status).toBe(401);
    expect(answer.headers.get('www-authenticate')).toBe('Bearer');
  });

  const WRONG = [
    ['logs', 'limit=0'],
    ['logs', 'limit=201'],
    ['logs', 'limit=x'],
    ['logs', 'limit=1e999'],
    ['logs', 'offset=-1'],
    ['logs', 'offset=10001'],
    ['logs', 'status=maybe'],
    ['logs', 'api_key_id=99999999999999'],
    ['logs', 'model_name=%00'],
    ['logs', `model_name=${'m'.repeat(121)}`],
    ['logs', 'model_name=a&model_name=b'],
    ['logs', 'limit[$gt]=1'],
    ['consumption', 'limit=1001'],
    ...['stats', 'logs', 'consumption'].flatMap((path) =>
      [
        'start_date=yesterday',
        'start_date=2026-02-30',
        'end_date=2026-13-01',
        'start_date=2026-02-02&end_date=2026-02-01',
        'start_date=1999-01-01',
        'start_date=0000-01-01',
        "start_date=';--",
        'end_date=',
      ].map((query) => [path, query] as const),
    ),
  ] as const;
  test.each(WRONG)('%s?%s', async (path, query) => {
    const answer = await get('ann', `${path}?${query}`);
    expect(answer.status, answer.text).toBe(query.startsWith('limit[') ? 200 : 422);
  });

  test.each(['0001-01-01', '0000-01-01', '9999-12-31', '9999-12-31T23:59:59.999Z'])(
    'the end %s gives no fault',
    async (end) => {
      for (const path of ['stats', 'logs', 'consumption']) {
        const answer = await get('ann', `${path}?end_date=${end}`);
        expect(answer.status, answer.text).toBe(200);
      }
    },
  );

  test('nothing of it was a fault of ours', () => {
    expect(rest.faults).toEqual([]);
  });
});
