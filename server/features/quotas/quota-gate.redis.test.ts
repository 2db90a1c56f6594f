import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { QuotaRule } from '#shared/schemas/quotas.ts';
import type { Spend } from '../../gateway/ports.ts';
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
      createRedisQuotaGate({ ...options, redis, prefix: prefix(), spentBy: async () => new Map() }),
    ));

  const rule = (metric: QuotaRule['metric'], limit: number): QuotaRule => ({
    subject: 'key',
    id: 'k',
    metric,
    limit,
  });
  const ask = (rules: QuotaRule[], tokens = 0, requestId = 'r') => ({
    rules,
    tokens,
    cost: 0,
    requestId,
  });

  function replica(deps: Partial<RedisQuotaGateDeps> & { prefix: string }) {
    return createRedisQuotaGate({
      redis,
      clock: systemClock,
      zone: 'UTC',
      loadUsed: async () => ({ tokens: 0, cost: 0 }),
      spentBy: async () => new Map(),
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

  const opened = async () => {
    const link = open();
    await answers(link);
    return link;
  };
  /** All who count under this prefix gave their last sign of life a minute ago. */
  const dies = (shared: { prefix: string }) => server.age(60_000, `${shared.prefix}:holders`);

  /** Records as the usage table has them, and a counter read from them at its first use. */
  function table() {
    const spent = new Map<string, Spend>();
    return {
      add: (requestId: string, tokens: number) => spent.set(requestId, { tokens, cost: 0 }),
      loadUsed: async () => ({
        tokens: [...spent.values()].reduce((sum, { tokens }) => sum + tokens, 0),
        cost: 0,
      }),
      spentBy: async (ids: readonly string[]) =>
        new Map(ids.flatMap((id) => [...spent].filter(([known]) => known === id))),
    };
  }

  test('what a dead server held is freed by the next sign of life of another', async () => {
    const shared = { prefix: prefix(), beatMs: 10 };
    const { add, ...records } = table();
    const dead = replica({ ...shared, ...records });
    const alive = replica({ ...shared, ...records, redis: await opened() });
    const rules = [rule('concurrency', 1), rule('tokens-per-day', 100)];
    await dead.hold(ask(rules, 100, 'answered'));
    await expect(alive.hold(ask(rules, 1))).rejects.toMatchObject({ code: 'rate_limited' });
    // It had answered before it died: the ledger knows.
    add('answered', 70);
    await dies(shared);
    await alive.start();
    await expect
      .poll(async () => (await alive.state(rules)).map(({ used, held }) => [used, held]))
      .toEqual([
        [0, 0],
        [70, 0],
      ]);
    await expect(alive.hold(ask(rules, 31))).rejects.toMatchObject({ code: 'quota_exhausted' });
    await expect(alive.hold(ask(rules, 30))).resolves.toHaveProperty('id');
    await alive.close();
  });

  test('what it used counts when its journal comes late, and nothing of others counts twice', async () => {
    const shared = { prefix: prefix(), beatMs: 10 };
    const { add, ...records } = table();
    const rules = [rule('tokens-per-day', 1_000), rule('tokens-per-month', 1_000)];
    const dead = replica({ ...shared, ...records });
    const alive = replica({ ...shared, ...records, redis: await opened() });
    const used = async () => (await alive.state(rules)).map(({ used, held }) => [used, held]);
    await alive.start();
    const running = await alive.hold(ask(rules, 50, 'running'));
    await dead.hold(ask(rules, 100, 'late'));
    await dead.hold(ask(rules, 100, 'never recorded'));
    await dies(shared);
    await expect.poll(used).toEqual(Array(2).fill([0, 50]));
    add('running', 40);
    alive.settle(running, { tokens: 40, cost: 0 });
    await expect.poll(used).toEqual(Array(2).fill([40, 0]));
    const next = await alive.hold(ask(rules, 5, 'next'));
    add('late', 70);
    await expect.poll(used).toEqual(Array(2).fill([110, 5]));
    add('next', 5);
    alive.settle(next, { tokens: 5, cost: 0 });
    await expect.poll(used).toEqual(Array(2).fill([115, 0]));
    await alive.close();
  });

  test('a server that has just begun counts in Redis from its first request on', async () => {
    const link = open();
    const gate = replica({ redis: link, prefix: prefix() });
    await gate.start();
    expect(gate.shared()).toBe(true);
    await gate.close();
  });

  test('an answer that came while this process was held up is no silence', async () => {
    const link = open(50);
    await answers(link);
    const asked = link.read(['x'], ['y']);
    const until = Date.now() + 300;
    while (Date.now() < until);
    expect(await asked).toEqual([[null]]);
    link.close();
  });

  test('a connection that breaks is noticed before the next request', async () => {
    await using own = await startRedis();
    const link = connectQuotaRedis(own.url);
    const gate = replica({ redis: link, prefix: prefix() });
    await gate.start();
    await own.kill();
    await expect.poll(() => gate.shared()).toBe(false);
    await own.restart();
    await expect.poll(() => gate.shared(), { timeout: 10_000 }).toBe(true);
    await gate.close();
  });

  test('a server that was taken for dead settles what it used, and gives back nothing twice', async () => {
    const shared = { prefix: prefix() };
    const slow = replica(shared);
    const other = replica({ ...shared, redis: await opened() });
    const rules = [rule('tokens-per-minute', 100), rule('concurrency', 2)];
    const hold = await slow.hold(ask(rules, 50));
    await dies(shared);
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
