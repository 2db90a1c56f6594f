import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import {
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

describe('quotas', () => {
  test('three lent accounts: a ceiling of 6 and 1.2 an hour, of which the last is had after five', async () => {
    for (const name of ['one', 'two', 'three']) {
      const id = await h.cookieOf('ann', name);
      await h.ask(ANN, 'PUT', `/api/accounts/${id}/status`, { body: { status: 1 } });
    }
    const mine = async () => {
      const { body } = await h.ask(ANN, 'GET', '/api/quotas/user');
      return (body as { data: Record<string, string>[] }).data;
    };
    await vi.waitFor(async () => expect((await mine())[0]).toMatchObject({ max_quota: '6.0000' }));
    expect(await mine()).toContainEqual({
      pool_id: expect.stringMatching(UUID),
      user_id: await h.idOf('ann'),
      ...{ model_name: 'gpt-lab', quota: expect.any(String), max_quota: '6.0000' },
      last_recovered_at: expect.stringMatching(TIME),
      last_updated_at: expect.stringMatching(TIME),
    });
    await h.infra.pool.query('UPDATE pool_credits SET quota = 0, carry = 0, updated_at = $1', [
      new Date(h.clock.now()),
    ]);
    expect((await mine())[0]).toMatchObject({ quota: '0.0000' });
    h.clock.advance(HOUR_MS);
    expect((await mine())[0]).toMatchObject({ quota: '1.2000' });
    h.clock.advance(4 * HOUR_MS);
    expect((await mine())[0]).toMatchObject({ quota: '6.0000' });
    h.clock.advance(HOUR_MS);
    expect((await mine())[0]).toMatchObject({ quota: '6.0000' });
  });

  test('one that is withdrawn takes its part of the ceiling along, and brings it back', async () => {
    const id = await h.cookieOf('ann', 'three');
    const path = `/api/accounts/${id}/type`;
    const ceiling = async () => {
      const { body } = await h.ask(ANN, 'GET', '/api/quotas/user');
      return (body as { data: Record<string, string>[] }).data[0]?.['max_quota'];
    };
    await h.ask(ANN, 'PUT', path, { body: { is_shared: 0 } });
    await vi.waitFor(async () => expect(await ceiling()).toBe('4.0000'));
    await h.ask(ANN, 'PUT', path, { body: { is_shared: 1 } });
    await vi.waitFor(async () => expect(await ceiling()).toBe('6.0000'));
  });

  test('the pool is told by model, and what the caller used', async () => {
    const { body, status } = await h.ask(BEN, 'GET', '/api/quotas/shared-pool');
    expect(status).toBe(200);
    expect(body).toMatchObject({
      success: true,
      data: {
        quotas: expect.arrayContaining([
          {
            ...{ model_name: 'gpt-lab', total_quota: '3.0000', available_cookies: 3, status: 1 },
            earliest_reset_time: null,
            last_fetched_at: expect.stringMatching(TIME),
          },
        ]),
        user_consumption: {
          total_requests: expect.any(Number),
          total_quota_consumed: expect.any(Number),
          shared_quota_consumed: expect.any(Number),
          private_quota_consumed: 0,
        },
      },
    });
  });

  test('requests are told with what they took, newest first, and summed by model', async () => {
    const id = await usedBy('ben', '2026-01-02T10:00:00.000Z', { took: 250_000 });
    const later = await usedBy('ben', '2026-01-03T10:00:00.000Z', {});
    const path = '/api/quotas/consumption?start_date=2026-01-02&end_date=2026-01-03';
    const { body, status } = await h.ask(BEN, 'GET', path);
    const [user_id, cookie_id] = [await h.idOf('ben'), await h.cookieOf('ann', 'one')];
    const row = { user_id, cookie_id, model_name: 'gpt-lab', is_shared: 1 };
    expect(status).toBe(200);
    expect((body as { data: unknown }).data).toEqual([
      {
        ...row,
        ...{ log_id: later, quota_before: '1.0000', quota_after: '1.0000' },
        ...{ quota_consumed: '0.0000', consumed_at: '2026-01-03T10:00:00.000Z' },
      },
      {
        ...row,
        ...{ log_id: id, quota_before: '0.9000', quota_after: '0.6500' },
        ...{ quota_consumed: '0.2500', consumed_at: '2026-01-02T10:00:00.000Z' },
      },
    ]);
    const one = await h.ask(BEN, 'GET', `${path}&limit=1`);
    expect((one.body as { data: object[] }).data).toHaveLength(1);
    const exact =
      '/api/quotas/consumption?start_date=2026-01-02T10:00:01Z&end_date=2026-01-02T23:00:00';
    expect((await h.ask(BEN, 'GET', exact)).body).toMatchObject({ data: [] });
    const stats = await h.ask(BEN, 'GET', '/api/quotas/consumption/stats/gpt-lab');
    expect(stats.body).toMatchObject({
      data: { total_requests: '2', total_quota_consumed: '0.2500', avg_quota_consumed: '0.1250' },
    });
    const none = await h.ask(BEN, 'GET', '/api/quotas/consumption/stats/gpt%2Fbig');
    expect(none.body).toEqual({
      success: true,
      data: {
        ...{ total_requests: '0', total_quota_consumed: null, avg_quota_consumed: null },
        last_used_at: null,
      },
    });
    expect((await h.ask(keyFor('dan'), 'GET', path)).body).toMatchObject({ data: [] });
  });

  test.each([
    'limit=0',
    'limit=x',
    'limit=-1',
    'limit=99999999',
    'start_date=yesterday',
    'end_date=2026-13-01',
  ])('a list of %s is answered 400', async (query) => {
    const told = await h.ask(BEN, 'GET', `/api/quotas/consumption?${query}`);
    expect(told).toMatchObject({ status: 400, body: REFUSED });
  });
});

let used = 0;
/** A request of somebody by the first account that ann lends; `took` in micro-credits. */
async function usedBy(username: string, at: string, { took }: { took?: number }): Promise<string> {
  used += 1;
  const id = `0190c0de-2222-7000-8000-${String(used).padStart(12, '0')}`;
  const account = await h.infra.db.account.findFirstOrThrow({ where: { name: 'one' } });
  const user = await h.idOf(username);
  await h.infra.pool.query(
    `INSERT INTO usage (id, created_at, user_id, door, model, platform_id, account_id, stream,
       outcome, status, attempts, input_tokens, cached_tokens, output_tokens, reasoning_tokens,
       estimated, latency_ms)
     VALUES ($1, $2, $3, 'openai-chat', 'gpt-lab', 'lab', $4, false, 'ok', 200, 1, 1, 0, 1, 0, false, 1)`,
    [id, at, user, account.id],
  );
  if (took === undefined) return id;
  await h.infra.pool.query(
    `INSERT INTO pool_movements
       (id, at, user_id, group_key, kind, amount, account_id, model, quota_before, quota_after)
     VALUES ($1, $2, $3, 'model:gpt-lab', 'spend', $4, $5, 'gpt-lab', 900000, $6)`,
    [id, at, user, -took, account.id, 900_000 - took],
  );
  return id;
}
