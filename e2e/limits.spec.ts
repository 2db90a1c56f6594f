import { expect, test } from '@playwright/test';
import { hasRedis, startRedis, type TestRedis } from '#server/testing/redis.ts';
import type { QuotaState } from '#shared/schemas/quotas.ts';
import { type ChatWish, chat, type Lab, signIn, startLab } from './lab.ts';

/** How a crowd fared that came all at once, each at the next of these servers. */
async function crowd(urls: readonly string[], count: number, wish: ChatWish = {}) {
  const statuses = await Promise.all(
    Array.from({ length: count }, async (_, n) => {
      const res = await chat(urls[n % urls.length] ?? '', wish);
      await res.text();
      return res.status;
    }),
  );
  const counted = Object.entries(Object.groupBy(statuses, String));
  return Object.fromEntries(counted.map(([status, list]) => [status, list?.length]));
}

/** The key's limits as the server counts them. */
async function limitsOf(lab: Lab): Promise<QuotaState[]> {
  const ada = await signIn(lab.url);
  const { keys } = await ada.query<{ keys: { limits: QuotaState[] }[] }>('quotas.mine', {});
  return keys.flatMap((key) => key.limits);
}

/** Limits a minute start anew with it, so a crowd has to fit into one. */
const earlyInTheMinute = () =>
  expect.poll(() => new Date().getSeconds(), { timeout: 30_000 }).toBeLessThan(45);

/** However busy the machine is. */
const SOON = { timeout: 60_000 };
test.setTimeout(180_000);

/** Redis is there, though a busy machine may answer late. */
const patient = ({ url }: TestRedis) => ({ REDIS_URL: url, REDIS_TIMEOUT_MS: '30000' });

const LIMIT = 1_000;
/** A prompt, and at most 40 tokens more: a hold is several times what is used in the end. */
const SHORT: ChatWish = { max_tokens: 40, metadata: { words: '3', gapMs: '20' } };

/** A crowd that asks for many times the limit of tokens: what it was served never adds up to more. */
async function expectNeverOverspent(lab: Lab, urls: readonly string[]): Promise<void> {
  const first = await crowd(urls, 500, SHORT);
  expect(Object.keys(first).sort()).toEqual(['200', '429']);
  const [state] = await limitsOf(lab);
  expect(state).toMatchObject({ metric: 'tokens-per-day', held: 0 });
  // The platform says 5 and 3 tokens, whatever was held.
  expect(state?.used).toBe(8 * (first['200'] ?? 0));
  expect(state?.used).toBeLessThanOrEqual(LIMIT);
  // What was held and not used is there for others, up to where the next hold does not fit.
  for (let served = -1; served !== 0; ) served = (await crowd(urls, 20, SHORT))['200'] ?? 0;
  const [full] = await limitsOf(lab);
  expect(full?.used).toBeLessThanOrEqual(LIMIT);
  expect(full?.used).toBeGreaterThan(LIMIT - 100);
}

test('one server: of 500 requests at once against a limit of 100, 100 are served', async () => {
  await using lab = await startLab({ limits: { rpm: 100 } });
  await earlyInTheMinute();
  expect(await crowd([lab.url], 500)).toEqual({ 200: 100, 429: 400 });
});

test('one server: a limit of tokens is never overspent', async () => {
  await using lab = await startLab({ limits: { tokensPerDay: LIMIT } });
  await expectNeverOverspent(lab, [lab.url]);
});

test.describe('two servers that share Redis and PostgreSQL', () => {
  test.skip(!hasRedis, 'no redis-server here');

  test('of 500 requests at once against a limit of 100, 100 are served', async () => {
    await using redis = await startRedis();
    await using lab = await startLab({ limits: { rpm: 100 }, env: patient(redis) });
    await using sibling = await lab.startSibling();
    await earlyInTheMinute();
    expect(await crowd([lab.url, sibling.url], 500)).toEqual({ 200: 100, 429: 400 });
  });

  test('a limit of tokens is never overspent', async () => {
    await using redis = await startRedis();
    const limits = { tokensPerDay: LIMIT };
    await using lab = await startLab({ limits, env: patient(redis) });
    await using sibling = await lab.startSibling();
    await expectNeverOverspent(lab, [lab.url, sibling.url]);
  });

  test('what a server held that was killed amid streams is free a minute later', async () => {
    await using redis = await startRedis();
    const limits = { concurrency: 4, tokensPerDay: 100_000 };
    await using lab = await startLab({ limits, env: patient(redis) });
    await using sibling = await lab.startSibling();
    const long: ChatWish = { stream: true, metadata: { words: '10000', gapMs: '50' } };
    const streams = await Promise.all(Array.from({ length: 4 }, () => chat(sibling.url, long)));
    expect(streams.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    expect((await chat(lab.url)).status).toBe(429);
    await sibling.kill();
    expect((await chat(lab.url)).status).toBe(429);
    await redis.age(60_000);
    await expect.poll(async () => (await chat(lab.url)).status, SOON).toBe(200);
    await expect
      .poll(async () => (await limitsOf(lab)).map(({ metric, held }) => [metric, held]), SOON)
      .toEqual([
        ['tokens-per-day', 0],
        ['concurrency', 0],
      ]);
  });

  test('while Redis says nothing each serves its share at once, says so, and comes back', async () => {
    await using redis = await startRedis();
    await using lab = await startLab({ limits: { rpm: 100 }, env: { REDIS_URL: redis.url } });
    await using sibling = await lab.startSibling();
    const urls = [lab.url, sibling.url];
    const counted = () =>
      Promise.all(
        urls.map(async (url) => ((await (await fetch(`${url}/healthz`)).json()) as Health).limits),
      );
    // A sign of life of each since there are two: then both have heard of it.
    const both = Math.max(...(await redis.signs()));
    await expect.poll(async () => Math.min(...(await redis.signs())), SOON).toBeGreaterThan(both);
    expect(await redis.signs()).toHaveLength(2);
    await expect.poll(async () => (await chat(lab.url)).status).toBe(200);
    await expect.poll(counted, SOON).toEqual(['in Redis', 'in Redis']);
    await earlyInTheMinute();
    redis.freeze();
    const began = Date.now();
    const fared = await Promise.all(urls.map((url) => crowd([url], 100)));
    // Half a second is the longest any of them waits for Redis; the rest is the crowd itself.
    expect(Date.now() - began).toBeLessThan(30_000);
    expect(fared).toEqual([
      { 200: 50, 429: 50 },
      { 200: 50, 429: 50 },
    ]);
    expect(await counted()).toEqual(['by share', 'by share']);
    redis.thaw();
    await expect.poll(counted, SOON).toEqual(['in Redis', 'in Redis']);
  });
});

type Health = { limits: string };
