import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  ADMIN_KEY,
  HOUR_MS,
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

const GONE = '0190c0de000070008000000000000000';
describe('accounts', () => {
  test('one’s own are listed, newest first, without anything secret', async () => {
    const { body, status } = await h.ask(ANN, 'GET', '/api/accounts');
    const { data } = body as { data: Record<string, unknown>[] };
    expect(status).toBe(200);
    expect(data.map(({ name }) => name).sort()).toEqual(['mine', 'one', 'three', 'two']);
    expect(data.find(({ name }) => name === 'one')).toEqual({
      cookie_id: await h.cookieOf('ann', 'one'),
      user_id: await h.idOf('ann'),
      ...{ name: 'one', is_shared: 1, status: 1, need_refresh: false, expires_at: null },
      ...{ project_id_0: '', is_restricted: false, paid_tier: null, ineligible: false },
      last_used_at: null,
      created_at: expect.stringMatching(TIME),
      updated_at: expect.stringMatching(TIME),
    });
    expect(JSON.stringify(body)).not.toContain('sk-upstream');
  });

  test('one is read by its owner and with the admin key', async () => {
    const id = await h.cookieOf('ann', 'mine');
    for (const key of [ANN, ADMIN_KEY]) {
      const { body, status } = await h.ask(key, 'GET', `/api/accounts/${id}`);
      expect({ body, status }).toMatchObject({ status: 200, body: { data: { cookie_id: id } } });
      expect((body as { data: object }).data).not.toHaveProperty('last_used_at');
    }
  });

  test('another’s is refused with 403, even to an admin’s own key, and one that is not there with 404', async () => {
    const theirs = await h.cookieOf('ann', 'mine');
    for (const [method, path, body] of ACCOUNT_ROUTES) {
      for (const key of [BEN, keyFor('ada')]) {
        const told = await h.ask(key, method, path(theirs), { body });
        expect(told, `${method} ${path(theirs)}`).toMatchObject({ status: 403, body: REFUSED });
      }
      for (const id of [GONE, 'admin', '..%2fusers', 'x'.repeat(90)]) {
        const told = await h.ask(BEN, method, path(id), { body });
        expect(told, `${method} ${path(id)}`).toMatchObject({ status: 404, body: REFUSED });
      }
    }
    expect((await h.ask(ANN, 'GET', `/api/accounts/${theirs}`)).status).toBe(200);
  });

  test('a status is set, and an unchanged one says so', async () => {
    const cookie_id = await h.cookieOf('ben', 'own');
    const path = `/api/accounts/${cookie_id}/status`;
    const set = (status: 0 | 1, key = BEN) => h.ask(key, 'PUT', path, { body: { status } });
    const off = await set(0);
    expect(off).toMatchObject({
      status: 200,
      body: { success: true, data: { cookie_id, status: 0 } },
    });
    expect(off.body).not.toHaveProperty('message');
    expect((await h.ask(BEN, 'GET', `/api/accounts/${cookie_id}`)).body).toMatchObject({
      data: { status: 0 },
    });
    expect(await set(0)).toMatchObject({ status: 200, body: { message: 'not changed' } });
    expect(await set(1, ADMIN_KEY)).toMatchObject({ status: 200, body: { data: { status: 1 } } });
  });

  test('one that expired needs a refresh, and is not switched off', async () => {
    const cookie_id = await h.cookieOf('ben', 'own');
    const where = {
      id: (await h.infra.db.account.findFirstOrThrow({ where: { name: 'own' } })).id,
    };
    await h.infra.db.account.update({ where, data: { state: 'expired' } });
    expect((await h.ask(BEN, 'GET', `/api/accounts/${cookie_id}`)).body).toMatchObject({
      data: { status: 1, need_refresh: true },
    });
    await h.infra.db.account.update({ where, data: { state: 'active' } });
  });

  test('one is renamed; a name that another of the person has there is a conflict', async () => {
    const cookie_id = await h.cookieOf('ann', 'mine');
    const path = `/api/accounts/${cookie_id}/name`;
    const name = 'n'.repeat(100);
    const told = await h.ask(ANN, 'PUT', path, { body: { name } });
    expect(told).toMatchObject({ status: 200, body: { data: { cookie_id, name } } });
    expect((await h.ask(ANN, 'PUT', path, { body: { name: 'one' } })).status).toBe(409);
    for (const body of [{}, { name: '' }, { name: 'n'.repeat(101) }, { name: 5 }]) {
      expect(await h.ask(ANN, 'PUT', path, { body })).toMatchObject({ status: 400, body: REFUSED });
    }
    await h.ask(ANN, 'PUT', path, { body: { name: 'mine' } });
  });

  test('a personal account is not lent without an admin’s word, and the answer says why', async () => {
    const cookie_id = await h.cookieOf('ben', 'own');
    const path = `/api/accounts/${cookie_id}/type`;
    const lend = { body: { is_shared: 1 } };
    const own = { name: 'own' };
    await h.infra.db.account.updateMany({ where: own, data: { policyClass: 'personal' } });
    expect(await h.ask(BEN, 'PUT', path, lend)).toMatchObject({
      status: 400,
      body: { error: expect.stringContaining('personal') },
    });
    await h.infra.db.account.updateMany({ where: own, data: { policyClass: 'api_key' } });
    expect(await h.ask(BEN, 'PUT', path, { body: { is_shared: 0 } })).toMatchObject({
      status: 200,
      body: { message: 'not changed' },
    });
    for (const body of [{}, { is_shared: true }, { is_shared: 3 }]) {
      expect((await h.ask(BEN, 'PUT', path, { body })).status).toBe(400);
    }
  });

  test('one is deleted', async () => {
    const { id } = await h.infra.db.account.create({
      data: {
        id: '0190c0de-1111-7000-8000-000000000000',
        ownerId: await h.idOf('dan'),
        ...{ platformId: 'lab', name: 'going', kind: 'api_key' },
      },
    });
    const path = `/api/accounts/${id.replaceAll('-', '')}`;
    const told = await h.ask(keyFor('dan'), 'DELETE', path);
    expect(told).toMatchObject({ status: 200, body: { success: true } });
    expect(await h.infra.db.account.count({ where: { id } })).toBe(0);
  });

  test('what is left of each model is told, the least first', async () => {
    const cookie_id = await h.cookieOf('ann', 'mine');
    h.upstream.script((_call, res) => {
      res.writeHead(200, {
        'content-type': 'application/json',
        'x-ratelimit-limit-requests': '100',
        'x-ratelimit-remaining-requests': '98',
        'x-ratelimit-reset-requests': '1h',
      });
      res.end(CHAT_ANSWER);
    });
    // The only account that is ann's alone and on: it is asked first.
    const chat = { model: 'gpt-lab', messages: [{ role: 'user', content: 'Hi' }] };
    for (const name of ['one', 'two', 'three']) {
      const id = await h.cookieOf('ann', name);
      await h.ask(ANN, 'PUT', `/api/accounts/${id}/status`, { body: { status: 0 } });
    }
    expect((await h.ask(ANN, 'POST', '/v1/chat/completions', { body: chat })).status).toBe(200);
    const { body, status } = await h.ask(ANN, 'GET', `/api/accounts/${cookie_id}/quotas`);
    expect(status).toBe(200);
    const row = (model_name: string) => ({
      ...{ cookie_id, model_name, status: 1 },
      quota_id: expect.stringMatching(UUID),
      last_fetched_at: expect.stringMatching(TIME),
      created_at: expect.stringMatching(TIME),
    });
    const reset = new Date(h.clock.now() + HOUR_MS).toISOString().slice(0, -1);
    expect(body).toEqual({
      success: true,
      data: [
        { ...row('gpt-lab'), quota: '0.9800', reset_time: reset },
        { ...row('gpt/big'), quota: '1.0000', reset_time: null },
      ],
    });
    const low = await h.ask(ADMIN_KEY, 'GET', '/api/quotas/low?threshold=0.99');
    expect(low).toMatchObject({
      status: 200,
      body: {
        data: [{ ...row('gpt-lab'), quota: '0.9800', user_id: await h.idOf('ann'), is_shared: 0 }],
      },
    });
    expect((await h.ask(ADMIN_KEY, 'GET', '/api/quotas/low')).body).toMatchObject({ data: [] });
    expect((await h.ask(ADMIN_KEY, 'GET', '/api/quotas/low?threshold=x')).status).toBe(400);
  });

  test('a model that is switched off for an account is served by it no longer, and again when it is on', async () => {
    const cookie_id = await h.cookieOf('ann', 'mine');
    const path = `/api/accounts/${cookie_id}/quotas/${encodeURIComponent('gpt/big')}/status`;
    const chat = { model: 'gpt/big', messages: [{ role: 'user', content: 'Hi' }] };
    const asked = async () =>
      (await h.ask(ANN, 'POST', '/v1/chat/completions', { body: chat })).status;
    expect(await asked()).toBe(200);
    expect(await h.ask(ANN, 'PUT', path, { body: { status: 0 } })).toMatchObject({
      status: 200,
      body: { data: { cookie_id, model_name: 'gpt/big', status: 0 } },
    });
    expect(await asked()).toBe(503);
    const { body } = await h.ask(ANN, 'GET', `/api/accounts/${cookie_id}/quotas`);
    expect((body as { data: object[] }).data).toContainEqual(
      expect.objectContaining({ model_name: 'gpt/big', status: 0 }),
    );
    await h.ask(ADMIN_KEY, 'PUT', path, { body: { status: 1 } });
    expect(await asked()).toBe(200);
    const unknown = path.replace('gpt', 'other');
    expect((await h.ask(ANN, 'PUT', unknown, { body: { status: 0 } })).status).toBe(404);
    expect((await h.ask(ANN, 'PUT', path, { body: { status: 'off' } })).status).toBe(400);
  });
});

const CHAT_ANSWER = JSON.stringify({
  ...{ id: 'chatcmpl-1', object: 'chat.completion', created: 1, model: 'tiny' },
  choices: [{ index: 0, message: { role: 'assistant', content: 'Hello.' }, finish_reason: 'stop' }],
  usage: { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 },
});

const ACCOUNT_ROUTES: readonly (readonly [string, (id: string) => string, object?])[] = [
  ['GET', (id) => `/api/accounts/${id}`],
  ['PUT', (id) => `/api/accounts/${id}/status`, { status: 1 }],
  ['PUT', (id) => `/api/accounts/${id}/name`, { name: 'stolen' }],
  ['PUT', (id) => `/api/accounts/${id}/type`, { is_shared: 1 }],
  ['DELETE', (id) => `/api/accounts/${id}`],
  ['GET', (id) => `/api/accounts/${id}/quotas`],
  ['PUT', (id) => `/api/accounts/${id}/quotas/gpt-lab/status`, { status: 0 }],
];
