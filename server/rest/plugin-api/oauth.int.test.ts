import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import {
  ADMIN_KEY,
  keyFor,
  type PluginContractApp,
  REFUSED,
  startPluginContract,
} from '../../testing/plugin-contract.ts';

const ANN = keyFor('ann');
const BEN = keyFor('ben');

let h: PluginContractApp;
beforeAll(async () => {
  h = await startPluginContract();
});
afterAll(() => h[Symbol.asyncDispose]());

describe('signing in at a platform', () => {
  test('is not set up, and what to do instead is said', async () => {
    for (const path of ['/api/oauth/authorize', '/api/kiro/oauth/authorize']) {
      for (const body of [undefined, {}, { is_shared: 1 }]) {
        expect(await h.ask(ANN, 'POST', path, { body })).toMatchObject({
          status: 400,
          body: { error: expect.stringContaining('console') },
        });
      }
      expect((await h.ask(ANN, 'POST', path, { body: { is_shared: 2 } })).status).toBe(400);
      expect((await h.ask(ADMIN_KEY, 'POST', path)).status).toBe(403);
      expect((await h.ask(null, 'POST', path)).status).toBe(401);
    }
  });

  test('comes back to a page that runs nothing and shows nobody’s markup', async () => {
    const path = `/api/oauth/callback?error=${encodeURIComponent('<script>alert(1)</script>')}`;
    const page = await h.ask(null, 'GET', path, { headers: { accept: 'text/html' } });
    expect(page.status).toBe(400);
    expect(page.headers.get('content-type')).toContain('text/html');
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(page.text).toContain('&lt;script&gt;');
    expect(page.text).not.toContain('<script');
  });

  test.each([
    ['', /missing/],
    ['?code=a', /missing/],
    ['?state=a', /missing/],
    ['?error=access_denied&code=a&state=b', /access_denied/],
    ['?code=a&state=b', /console/],
    [`?code=${'x'.repeat(5_000)}&state=b`, /code/],
    ['?code[]=a&code[]=b&state=c', /./],
  ])('comes back as JSON for who wants that: %s', async (query, text) => {
    const headers = { accept: 'application/json' };
    const told = await h.ask(null, 'GET', `/api/oauth/callback${query}`, { headers });
    expect(told).toMatchObject({ status: 400, body: { error: expect.stringMatching(text) } });
  });

  test.each([
    [{}],
    [{ callback_url: '' }],
    [{ callback_url: 'not an address' }],
    [{ callback_url: 'https://x.test/cb?error=denied' }],
    [{ callback_url: 'https://x.test/cb?code=1' }],
    [{ callback_url: 'https://x.test/cb?state=1' }],
    [{ callback_url: 'https://x.test/cb?code=1&state=1' }],
  ])('is pasted as %j and answered 400', async (body) => {
    const told = await h.ask(ANN, 'POST', '/api/oauth/callback/manual', { body });
    expect(told).toMatchObject({ status: 400, body: REFUSED });
  });
});

describe('the second family', () => {
  const models = '/v1/kiro/models';

  test('has no door and no accounts where there is no such platform', async () => {
    expect((await h.ask(ANN, 'GET', models)).status).toBe(404);
    const chat = { body: { model: 'gpt-lab', messages: [{ role: 'user', content: 'Hi' }] } };
    expect((await h.ask(ANN, 'POST', '/v1/kiro/chat/completions', chat)).status).toBe(404);
    expect((await h.ask(null, 'GET', models)).status).toBe(401);
    expect((await h.ask(ANN, 'GET', '/api/kiro/accounts')).body).toEqual({
      success: true,
      data: [],
    });
    const mine = await h.cookieOf('ann', 'mine');
    expect((await h.ask(ANN, 'GET', `/api/kiro/accounts/${mine}`)).status).toBe(404);
    expect((await h.ask(ANN, 'GET', '/api/kiro/consumption/stats')).body).toEqual({
      success: true,
      data: {
        ...{ total_requests: '0', total_credit: '0.0000', avg_credit: '0.0000' },
        ...{ shared_credit: '0.0000', private_credit: '0.0000' },
      },
    });
  });

  test('no sign-in is known', async () => {
    expect(await h.ask(null, 'GET', '/api/kiro/oauth/status/abc')).toMatchObject({
      status: 404,
      body: { error: expect.any(String), status: 'expired' },
    });
    for (const body of [
      {},
      { code: 'a' },
      { callback_url: 'kiro://x?error=denied' },
      { callback_url: 'kiro://x?code=1&state=2' },
    ]) {
      const told = await h.ask(null, 'POST', '/api/kiro/oauth/callback', { body });
      expect(told).toMatchObject({ status: 400, body: REFUSED });
    }
    const provider = { body: { provider: 'Elsewhere' } };
    expect((await h.ask(ANN, 'POST', '/api/kiro/oauth/authorize', provider)).status).toBe(400);
  });

  test.each([
    [{}],
    [{ auth_method: 'Other', refresh_token: 'r', machineid: 'm' }],
    [{ auth_method: 'Social', machineid: 'm' }],
    [{ auth_method: 'Social', refresh_token: 'r' }],
    [{ auth_method: 'IdC', refresh_token: 'r', machineid: 'm' }],
    [{ auth_method: 'Social', refresh_token: 'r', machineid: 'm' }],
  ])('an account of %j is answered 400', async (body) => {
    const told = await h.ask(ANN, 'POST', '/api/kiro/accounts', { body });
    expect(told).toMatchObject({ status: 400, body: REFUSED });
  });

  test('is the platform of that name, when an admin added it', async () => {
    await h.apply({
      ...{ users: [], keys: [] },
      platforms: [{ id: 'kiro', protocol: 'openai-chat', baseUrl: h.upstream.url }],
      accounts: [{ platform: 'kiro', owner: 'ann', name: 'kiro-1', apiKey: 'sk-kiro-0000' }],
      models: [{ name: 'k-1', routes: [{ platform: 'kiro', model: 'k', weight: 1 }] }],
    });
    await vi.waitFor(async () =>
      expect((await h.ask(ANN, 'GET', models)).body).toMatchObject({ data: [{ id: 'k-1' }] }),
    );
    const id = await h.cookieOf('ann', 'kiro-1');
    const ask = (method: string, path: string, body?: object, key = ANN) =>
      h.ask(key, method, `/api/kiro/accounts/${id}${path}`, { body });
    const chat = (model: string) => ({
      body: { model, messages: [{ role: 'user', content: 'Hi' }] },
    });
    expect((await h.ask(ANN, 'POST', '/v1/kiro/chat/completions', chat('k-1'))).status).toBe(200);
    expect((await h.ask(ANN, 'POST', '/v1/kiro/chat/completions', chat('gpt-lab'))).status).toBe(
      403,
    );
    expect(
      (await h.ask(ANN, 'POST', '/v1/kiro/chat/completions', { body: { messages: [] } })).status,
    ).toBe(400);
    expect((await h.ask(ANN, 'GET', '/api/accounts')).text).not.toContain('kiro-1');
    expect((await h.ask(ANN, 'GET', '/api/kiro/accounts')).body).toMatchObject({
      data: [{ account_id: id, account_name: 'kiro-1', status: 1, is_shared: 0 }],
    });
    expect((await ask('GET', '')).body).toMatchObject({ data: { account_id: id } });
    expect((await ask('GET', '/balance')).body).toMatchObject({
      data: { account_id: id, balance: { available: 1, total_limit: 1, current_usage: 0 } },
    });
    expect((await ask('GET', '/consumption?limit=5&offset=0')).body).toMatchObject({
      data: { account_id: id, logs: [], stats: [], pagination: { limit: 5, offset: 0, total: 0 } },
    });
    expect((await ask('GET', '/consumption?limit=0')).status).toBe(400);
    expect((await ask('PUT', '/name', { account_name: 'renamed' })).body).toMatchObject({
      data: { account_name: 'renamed' },
    });
    expect((await ask('PUT', '/name', { account_name: '' })).status).toBe(400);
    expect((await ask('PUT', '/status', { status: 1 })).body).toMatchObject({
      message: 'not changed',
    });
    expect((await ask('PUT', '/status', { status: 0 })).body).toMatchObject({
      data: { status: 0 },
    });
    for (const [method, path] of [
      ['GET', ''],
      ['GET', '/balance'],
      ['GET', '/consumption'],
      ['DELETE', ''],
    ] as const) {
      expect((await ask(method, path, undefined, BEN)).status).toBe(403);
    }
    expect((await ask('DELETE', '')).status).toBe(200);
    expect((await ask('GET', '')).status).toBe(404);
  });
});
