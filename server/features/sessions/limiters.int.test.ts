import { describe, expect, test, vi } from 'vitest';
import { hasRedis, startRedis, type TestRedis } from '../../testing/redis.ts';
import { createLimiters, type Limiters } from './limiters.ts';

const passes = async ({ username }: Limiters, key: string) =>
  username.take(key).then(
    () => true,
    () => false,
  );

let probes = 0;
/** Limiters that are connected: what they count arrives in Redis. */
async function connected(redis: TestRedis) {
  const log = { warn: vi.fn(), info: vi.fn() };
  const limiters = createLimiters({ redisUrl: redis.url, log });
  await untilShared(limiters, redis);
  return { ...limiters, log, [Symbol.dispose]: limiters.close };
}

async function untilShared(limiters: Limiters, redis: TestRedis): Promise<void> {
  await vi.waitFor(
    async () => {
      probes += 1;
      await limiters.address.take(`probe-${probes}`);
      expect(await redis.client.exists(`gh:tries:address:probe-${probes}`)).toBe(1);
    },
    { timeout: 10_000, interval: 20 },
  );
}

describe.skipIf(!hasRedis)('limiters with Redis', () => {
  test('count together: servers share the free tries and the lock-out', async () => {
    await using redis = await startRedis();
    using one = await connected(redis);
    using two = await connected(redis);
    const both = await Promise.all(
      Array.from({ length: 20 }, (_, i) => passes(i % 2 === 0 ? one : two, 'ada')),
    );
    expect(both.filter(Boolean)).toHaveLength(5);
    await two.username.reset('ada');
    expect(await passes(one, 'ada')).toBe(true);
  });

  test('forget a key by themselves', async () => {
    await using redis = await startRedis();
    using limiters = await connected(redis);
    for (let i = 0; i < 6; i += 1) await passes(limiters, 'ada');
    expect(await redis.client.ttl('gh:tries:username:ada')).toBeGreaterThan(86_000);
    expect(await redis.client.ttl('gh:gate:username:ada')).toBeLessThanOrEqual(15);
  });

  test('go on alone while Redis is dead, say so once, and share again when it is back', async () => {
    const first = await startRedis();
    using limiters = await connected(first);
    await first[Symbol.asyncDispose]();
    const alone: boolean[] = [];
    for (let i = 0; i < 7; i += 1) alone.push(await passes(limiters, 'ada'));
    expect(alone).toEqual([true, true, true, true, true, false, false]);
    await using second = await startRedis(first.port);
    await untilShared(limiters, second);
    const told = limiters.log.warn.mock.calls.map(([, text]) => text);
    expect(told.filter((text) => text.includes('Redis is away'))).toHaveLength(1);
    expect(limiters.log.info).toHaveBeenCalledOnce();
  });

  test('do not hang on a Redis that answers nothing', async () => {
    await using redis = await startRedis();
    using limiters = await connected(redis);
    redis.freeze();
    const began = performance.now();
    expect(await passes(limiters, 'ada')).toBe(true);
    await limiters.username.reset('ada');
    expect(performance.now() - began).toBeLessThan(3_000);
  });
});
