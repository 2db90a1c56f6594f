import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { QuotaRule } from '#shared/schemas/quotas.ts';
import { systemClock } from '../../infra/clock.ts';
import { quotaGateConformance } from '../../testing/quota-gate-conformance.ts';
import { hasRedis, startRedis, type TestRedis } from '../../testing/redis.ts';
import { createRedisQuotaGate, type RedisQuotaGateDeps } from './quota-gate.redis.ts';
import { connectQuotaRedis, type RedisLink } from './redis-link.ts';

const answers = (link: RedisLink) => vi.waitFor(() => link.read(['x'], ['y']), { timeout: 5_000 });

describe.skipIf(!hasRedis)('in Redis', () => {
  let server: TestRedis;
  let redis: RedisLink;
  let serial = 0;
  const prefix = () => `{gate-${serial++}}`;
  const open = (commandMs = 5_000) => connectQuotaRedis(server.url, { commandMs });

  beforeAll(async () => {
    server = await startRedis();
    redis = open();
    await answers(redis);
  });
  afterAll(async () => {
    redis.close();
    await server[Symbol.asyncDispose]();
  });

  describe('one server', () =>
    quotaGateConformance((options) =>
      createRedisQuotaGate({ ...options, redis, prefix: prefix() }),
    ));

  const rule = (metric: QuotaRule['metric'], limit: number): QuotaRule => ({
    subject: 'key',
    id: 'k',
    metric,
    limit,
  });
  const ask = (rules: QuotaRule[], tokens = 0) => ({ rules, tokens, cost: 0, requestId: 'r' });

  function replica(deps: Partial<RedisQuotaGateDeps> & { prefix: string }) {
    return createRedisQuotaGate({
      redis,
      clock: systemClock,
      zone: 'UTC',
      loadUsed: async () => ({ tokens: 0, cost: 0 }),
      ...deps,
    });
  }

  test('500 requests at once at five servers against a limit of 100: exactly 100 pass', async () => {
    const shared = { prefix: prefix() };
    const gates = Array.from({ length: 5 }, () => replica(shared));
    const holds = Array.from({ length: 500 }, (_, n) =>
      gates[n % 5]?.hold(ask([rule('concurrency', 100), rule('tokens-per-day', 100)], 1)),
    );
    const outcomes = await Promise.allSettled(holds);
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(100);
  });

  test('what a dead server held is freed by the next sign of life of another', async () => {
    const shared = { prefix: prefix(), leaseMs: 50 };
    let used = 0;
    const loadUsed = async () => ({ tokens: used, cost: 0 });
    const dead = replica({ ...shared, loadUsed });
    const alive = replica({ ...shared, loadUsed });
    const rules = [rule('concurrency', 1), rule('tokens-per-day', 100)];
    await dead.hold(ask(rules, 100));
    await expect(alive.hold(ask(rules, 1))).rejects.toMatchObject({ code: 'rate_limited' });
    // It had answered before it died: the ledger knows.
    used = 70;
    await expect
      .poll(() => alive.hold(ask(rules, 31)).catch((e) => e.code))
      .toBe('quota_exhausted');
    await expect(alive.hold(ask(rules, 30))).resolves.toHaveProperty('id');
  });

  test('a server that was taken for dead settles what it used, and gives back nothing twice', async () => {
    const shared = { prefix: prefix(), leaseMs: 50 };
    const slow = replica(shared);
    const other = replica(shared);
    const rules = [rule('tokens-per-minute', 100), rule('concurrency', 2)];
    const hold = await slow.hold(ask(rules, 50));
    await expect
      .poll(async () => {
        await other.start();
        return (await other.state(rules)).map(({ held }) => held);
      })
      .toEqual([0, 0]);
    await other.hold(ask(rules, 10));
    slow.settle(hold, { tokens: 40, cost: 0 });
    await expect
      .poll(async () => (await other.state(rules)).map(({ used, held }) => [used, held]))
      .toEqual([
        [40, 10],
        [0, 1],
      ]);
    await other.close();
  });

  test('without Redis each server takes its share and nothing hangs; later all counts again', async () => {
    await using own = await startRedis();
    const link = connectQuotaRedis(own.url, { commandMs: 200 });
    await answers(link);
    let used = 0;
    const gate = replica({
      redis: link,
      prefix: prefix(),
      loadUsed: async () => ({ tokens: used, cost: 0 }),
    });
    await gate.start();
    const rules = [rule('tokens-per-day', 100)];
    const first = await gate.hold(ask(rules, 10));
    expect(gate.shared()).toBe(true);
    own.freeze();
    const began = Date.now();
    const second = await gate.hold(ask(rules, 10));
    expect(Date.now() - began).toBeLessThan(2_000);
    expect(gate.shared()).toBe(false);
    gate.settle(first, { tokens: 10, cost: 0 });
    gate.settle(second, { tokens: 5, cost: 0 });
    used = 15;
    own.thaw();
    await expect.poll(() => gate.shared(), { timeout: 5_000 }).toBe(true);
    await expect(gate.hold(ask(rules, 86))).rejects.toMatchObject({ code: 'quota_exhausted' });
    await expect(gate.hold(ask(rules, 85))).resolves.toHaveProperty('id');
    await gate.close();
  });
});
