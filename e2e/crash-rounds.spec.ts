import { randomUUID } from 'node:crypto';
import { expect, test } from '@playwright/test';
import pg from 'pg';
import { hasRedis, startRedis, type TestRedis } from '#server/testing/redis.ts';
import type { QuotaState } from '#shared/schemas/quotas.ts';
import { KEY, type Lab, signIn, startLab } from './lab.ts';

const VICTIMS = ['server', 'postgres', 'redis'] as const;
type Victim = (typeof VICTIMS)[number];

const ROUNDS = 20;
const CALLERS = 24;
/** Answers between two deaths: the load is there each time, whatever died before. */
const ANSWERS_A_ROUND = 60;
const SEED = 20_261_122;

/** mulberry32: the same deaths in every run, and another order by another seed. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** First each in turn, then at random. */
function plan(random: () => number): Victim[] {
  return Array.from({ length: ROUNDS }, (_, round) => {
    const at = round < 2 * VICTIMS.length ? round : Math.floor(random() * VICTIMS.length);
    return VICTIMS[at % VICTIMS.length] ?? 'server';
  });
}

/** Clients that ask again and again, and keep account of what they were answered. */
function startLoad(lab: Lab) {
  const answered = new Set<string>();
  const refused = new Map<string, string>();
  let broken = 0;
  let ended = false;

  async function ask(stream: boolean): Promise<void> {
    const res = await fetch(`${lab.url}/v1/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${KEY}` },
      body: JSON.stringify({
        model: 'gpt-lab',
        stream,
        max_tokens: 20,
        messages: [{ role: 'user', content: randomUUID() }],
        metadata: { words: '3', gapMs: '5' },
      }),
    });
    const text = await res.text();
    const id = res.headers.get('x-request-id') ?? '';
    const whole = stream ? text.endsWith('data: [DONE]\n\n') : JSON.parse(text).choices;
    if (res.ok && whole) answered.add(id);
    else refused.set(id, text);
  }

  async function caller(index: number): Promise<void> {
    for (let turn = 0; !ended; turn += 1) {
      try {
        await lab.up;
        await ask((index + turn) % 2 === 0);
      } catch {
        // The connection died under it, or nobody listened: not answered, and perhaps recorded.
        broken += 1;
      }
    }
  }

  const callers = Array.from({ length: CALLERS }, (_, index) => caller(index));
  return {
    answered,
    refused,
    broken: () => broken,
    async more(count: number): Promise<void> {
      const wanted = answered.size + count;
      await expect
        .poll(() => answered.size, { timeout: 30_000, intervals: [20] })
        .toBeGreaterThanOrEqual(wanted);
    },
    async end(): Promise<void> {
      ended = true;
      await Promise.all(callers);
    },
  };
}

async function kill(victim: Victim, lab: Lab, redis: TestRedis): Promise<void> {
  switch (victim) {
    case 'server':
      return lab.crashAndRestart();
    case 'postgres':
      return lab.gatehouse.killPostgres();
    case 'redis':
      await redis.kill();
      await redis.restart();
  }
}

test.skip(!hasRedis, 'no redis-server here');
test.setTimeout(240_000);

test(`server, PostgreSQL and Redis are killed ${ROUNDS} times under load: nothing is lost, nothing twice`, async () => {
  await using redis = await startRedis();
  const limits = { tokensPerMonth: 1_000_000_000, costPerMonth: 1_000_000, concurrency: 10_000 };
  await using lab = await startLab({ limits, env: { REDIS_URL: redis.url } });
  const load = startLoad(lab);
  await load.more(ANSWERS_A_ROUND);
  for (const victim of plan(seeded(SEED))) {
    await test.step(`kill ${victim}`, async () => {
      const before = lab.gatehouse;
      await kill(victim, lab, redis);
      // What the dead held is taken back while others ask, not in the quiet at the end.
      if (victim === 'server') await redis.age(60_000);
      await load.more(ANSWERS_A_ROUND);
      // Only who was killed died: the server goes on without its PostgreSQL and without Redis.
      if (victim !== 'server')
        expect([lab.gatehouse === before, before.lives()]).toEqual([true, true]);
    });
  }
  await load.end();

  const health = async () => (await fetch(`${lab.url}/healthz`)).json();
  await expect
    .poll(health, { timeout: 60_000 })
    .toMatchObject({ running: 0, unwritten: 0, limits: 'in Redis' });

  const client = new pg.Client({ connectionString: await lab.databaseUrl() });
  await client.connect();
  const { rows } = await client.query<{ id: string; outcome: string }>(
    'SELECT id, outcome FROM usage',
  );
  const sums = await client.query<{ tokens: string; cost: string }>(
    'SELECT sum(input_tokens + output_tokens) AS tokens, sum(cost) AS cost FROM usage',
  );
  await client.end();

  const outcomes = new Map(rows.map(({ id, outcome }) => [id, outcome]));
  expect(outcomes.size).toBe(rows.length);
  expect([...load.answered].filter((id) => outcomes.get(id) !== 'ok')).toEqual([]);
  // A record nobody was answered for is of a request whose connection died with the server.
  const unseen = rows.filter(({ id }) => !load.answered.has(id) && !load.refused.has(id));
  expect(unseen.length).toBeLessThanOrEqual(load.broken());
  expect([...load.refused.keys()].filter((id) => outcomes.get(id) === 'ok')).toEqual([]);

  const ada = await signIn(lab.url);
  const spent = sums.rows[0];
  await expect
    .poll(
      async () => {
        const { keys } = await ada.query<{ keys: { limits: QuotaState[] }[] }>('quotas.mine', {});
        return keys.flatMap((key) => key.limits.map((s) => [s.metric, s.used, s.held]));
      },
      { timeout: 30_000 },
    )
    .toEqual([
      ['tokens-per-month', Number(spent?.tokens), 0],
      ['cost-per-month', Number(spent?.cost), 0],
      ['concurrency', 0, 0],
    ]);
});
