import { randomUUID } from 'node:crypto';
import type { Pool } from 'pg';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { PoolSettings } from '#shared/schemas/pool.ts';
import type { Me } from '#shared/schemas/sessions.ts';
import { newId } from '../../infra/ids.ts';
import { createPool as createPgPool } from '../../infra/postgres/pool.ts';
import { createPrisma, type Db } from '../../infra/prisma/client.ts';
import { asActor } from '../../testing/actor.ts';
import { fakeChanges } from '../../testing/fake-changes.ts';
import { fakeClock } from '../../testing/fake-clock.ts';
import { createTestDatabase, type TestDatabase } from '../../testing/postgres.ts';
import { createAudit } from '../audit/index.ts';
import { createPool } from './index.ts';

const boss = asActor({ id: randomUUID(), username: 'boss', displayName: '', role: 'admin' });
const HOUR = 3_600_000;
const ON: PoolSettings = { credit: true, rule: 'flat', reserve: 0.1, groups: [] };

let database: TestDatabase;
let pool: Pool;
let db: Db;
beforeAll(async () => {
  database = await createTestDatabase();
  pool = createPgPool(database.url, { max: 20, onConnectionError: () => undefined });
  db = createPrisma(database.url, { max: 2 });
});
afterAll(async () => {
  await db.$disconnect();
  await pool.end();
  await database[Symbol.asyncDispose]();
});
beforeEach(async () => {
  await pool.query('TRUNCATE users, models, settings, pool_lendings, pool_movements CASCADE');
  await pool.query('TRUNCATE pool_holds');
  await model('gpt-lab', 'lab');
});

async function model(name: string, ...platforms: string[]) {
  const id = randomUUID();
  await pool.query('INSERT INTO models (id, name) VALUES ($1, $2)', [id, name]);
  for (const platform of platforms) {
    await pool.query(
      'INSERT INTO model_routes (id, model_id, platform_id, upstream_model) VALUES ($1, $2, $3, $4)',
      [randomUUID(), id, platform, name],
    );
  }
}

async function person(username: string, role: Me['role'] = 'member'): Promise<Me> {
  const id = randomUUID();
  await pool.query('INSERT INTO users (id, username, role) VALUES ($1, $2, $3)', [
    ...[id, username, role],
  ]);
  return { id, username, role, displayName: '' } as Me;
}

type Facts = { shared?: boolean; plan?: string; key?: string | null; proved?: boolean };

let made = 0;
/** Each a second newer than the one before. */
async function account(ownerId: string, facts: Facts = {}) {
  const { key = randomUUID(), plan, proved = true, shared = true } = facts;
  const id = randomUUID();
  await pool.query(
    `INSERT INTO accounts
       (id, owner_id, platform_id, name, kind, shared, options, secret, proved_at, created_at)
     VALUES ($1, $2, 'lab', $3, 'api_key', $4, $5, $6, CASE WHEN $7 THEN now() END, to_timestamp($8))`,
    [id, ownerId, id, shared, JSON.stringify(plan ? { plan } : {}), key, proved, ++made],
  );
  return id;
}

type Remaining = Map<string, number>;

/** A server of its own on the same database. */
async function server(settings: PoolSettings | null = ON, remaining: Remaining = new Map()) {
  const clock = fakeClock();
  const changes = fakeChanges();
  const errors: unknown[] = [];
  const unknown: string[] = [];
  const made = createPool({
    ...{ db, pool, reports: pool, changes, clock, newId: () => newId(clock) },
    audit: createAudit({ clock }),
    models: () => [{ name: 'gpt-lab', routes: [{ platformId: 'lab' }] }],
    platformName: () => 'Lab',
    restsUntil: () => null,
    remainingOf: (id) => remaining.get(id) ?? 1,
    quotaOf: ({ accountId: id }) => ({ name: id, remaining: remaining.get(id) ?? 1 }),
    keyPrintOf: ({ sealed }) => sealed,
    tokensPerDayOf: () => null,
    onError: (error) => errors.push(error),
    onUnknownUse: (accountId) => unknown.push(accountId),
  });
  await made.start();
  if (settings) await made.service.saveSettings(boss, settings);
  return { ...made, changes, clock, errors, unknown, [Symbol.asyncDispose]: () => made.close() };
}

const use = (accountId: string) => ({ accountId, tokens: 100 });

/** One request's attempt at an account. */
const at = (accountId: string = randomUUID()) => ({
  requestId: newId(),
  lent: { accountId, platformId: 'lab', upstreamModel: 'tiny' },
});

test('three lent accounts: a ceiling of 6, and 1.2 an hour until it is full', async () => {
  const ann = await person('ann');
  for (let n = 0; n < 3; n += 1) await account(ann.id);
  await account(ann.id, { shared: false });
  await using h = await server();
  const [credit] = (await h.service.mine(ann)).groups;
  expect(credit).toMatchObject({
    ...{ name: 'gpt-lab', quota: 6_000_000, max: 6_000_000, perHour: 1_200_000, lent: 3 },
  });
  await pool.query('UPDATE pool_credits SET quota = 0');
  h.clock.advance(HOUR);
  expect((await h.service.mine(ann)).groups[0]?.quota).toBe(1_200_000);
  const fullAt = new Date(h.clock.now() + 4 * HOUR).toISOString();
  expect((await h.service.mine(ann)).groups[0]?.fullAt).toBe(fullAt);
  expect(h.errors).toEqual([]);
});

test('an account counts once it has answered, and its key once, whoever lends it', async () => {
  const [ann, ben] = [await person('ann'), await person('ben')];
  const real = await account(ann.id, { key: 'real' });
  for (let n = 0; n < 3; n += 1) await account(ann.id, { proved: false });
  await account(ann.id, { key: 'real' });
  await account(ben.id, { key: 'real' });
  await using h = await server();
  const lent = async (who: Me) => (await h.service.mine(who)).groups[0]?.lent ?? 0;
  expect([await lent(ann), await lent(ben)]).toEqual([1, 0]);
  await pool.query('UPDATE accounts SET proved_at = now() WHERE secret <> $1', ['real']);
  await h.follow();
  expect([await lent(ann), await lent(ben)]).toEqual([4, 0]);
  // Another account of the key takes its place.
  await pool.query('UPDATE accounts SET shared = false WHERE id = $1', [real]);
  await pool.query("UPDATE accounts SET shared = false WHERE secret <> 'real'");
  await h.follow();
  expect([await lent(ann), await lent(ben)]).toEqual([1, 0]);
  await pool.query('UPDATE accounts SET shared = false WHERE owner_id = $1', [ann.id]);
  await h.follow();
  expect([await lent(ann), await lent(ben)]).toEqual([0, 1]);
});

test('of a platform without keys one account of each person counts', async () => {
  const [ann, ben] = [await person('ann'), await person('ben')];
  for (const { id } of [ann, ann, ann, ben]) await account(id, { key: null });
  await using h = await server();
  expect((await h.service.mine(ann)).groups[0]).toMatchObject({ lent: 1, max: 2_000_000 });
  expect((await h.service.mine(ben)).groups[0]).toMatchObject({ lent: 1 });
});

test('a personal account counts only while its platform’s may be lent', async () => {
  const ann = await person('ann');
  await account(ann.id);
  await pool.query("UPDATE accounts SET policy_class = 'personal'");
  await using h = await server();
  expect((await h.service.mine(ann)).groups).toEqual([]);
  await pool.query(
    "INSERT INTO personal_lending (platform_id, allowed_by, allowed_at) VALUES ('lab', $1, now())",
    [ann.id],
  );
  await h.follow();
  expect((await h.service.mine(ann)).groups[0]).toMatchObject({ lent: 1 });
  await pool.query('DELETE FROM personal_lending');
});

test('an account earns nothing for a model that is switched off for it, and is not shown for it', async () => {
  const ann = await person('ann');
  const id = await account(ann.id);
  await account(ann.id);
  await pool.query("UPDATE accounts SET models_off = '{gpt-lab}' WHERE id = $1", [id]);
  await using h = await server();
  expect((await h.service.mine(ann)).groups[0]).toMatchObject({ lent: 1, max: 2_000_000 });
  expect(await h.service.shared()).toMatchObject([{ model: 'gpt-lab', accounts: 1 }]);
});

test('what a lent account lost in the request is what it costs, for the group of the model', async () => {
  const [ann, ben] = [await person('ann'), await person('ben')];
  const [mine, hers] = [await account(ben.id), await account(ann.id)];
  await model('gpt-other', 'lab');
  const remaining: Remaining = new Map([[hers, 0.9]]);
  const groups = [{ name: 'gpt', models: ['gpt-lab', 'gpt-other'] }];
  await using h = await server({ ...ON, groups }, remaining);
  const hold = await h.credit.reserve(ben.id, 'gpt-other', at(hers));
  expect((await h.service.mine(ben)).groups[0]).toMatchObject({ held: 100_000, quota: 2_000_000 });
  remaining.set(hers, 0.65);
  if (hold) h.credit.settle(hold, use(hers));
  await h.close();
  expect((await h.service.mine(ben)).groups).toMatchObject([
    { key: 'group:gpt', held: 0, quota: 1_750_000 },
  ]);
  const { rows } = await h.service.movements(ben, { limit: 10 });
  const [spent] = rows.filter(({ kind }) => kind === 'spend');
  expect(spent).toMatchObject({ group: 'gpt', model: 'gpt-other', amount: -250_000 });
  expect(mine).not.toBe(hers);
});

test('two at the same time pay together what the account lost', async () => {
  const [ann, ben] = [await person('ann'), await person('ben')];
  await account(ben.id);
  const hers = await account(ann.id);
  const remaining: Remaining = new Map([[hers, 0.8]]);
  await using h = await server(ON, remaining);
  const [one, two] = [
    await h.credit.reserve(ben.id, 'gpt-lab', at(hers)),
    await h.credit.reserve(ben.id, 'gpt-lab', at(hers)),
  ];
  remaining.set(hers, 0.75);
  if (one) h.credit.settle(one, use(hers));
  remaining.set(hers, 0.7);
  if (two) h.credit.settle(two, use(hers));
  await h.close();
  expect((await h.service.mine(ben)).groups[0]).toMatchObject({ quota: 1_900_000, held: 0 });
});

test('who lends nothing may use nothing, and is told what to do', async () => {
  const [ann, ben] = [await person('ann'), await person('ben')];
  await account(ann.id);
  await using h = await server();
  expect(h.credit.may(ann.id, 'gpt-lab')).toBe(true);
  expect(h.credit.may(ben.id, 'gpt-lab')).toBe(false);
  expect(await h.credit.reserve(ben.id, 'gpt-lab', at())).toBeNull();
  expect(h.credit.refusal(ben.id, 'gpt-lab')).toMatchObject({
    code: 'quota_exhausted',
    message: expect.stringContaining('Lend an account'),
    retryAfterMs: undefined,
  });
});

test('off, nothing is needed and nothing is taken', async () => {
  const ben = await person('ben');
  await using h = await server({ ...ON, credit: false });
  const hold = await h.credit.reserve(ben.id, 'gpt-lab', at());
  expect([h.credit.may(ben.id, 'gpt-lab'), hold]).toEqual([true, expect.anything()]);
  if (hold) h.credit.settle(hold, use(randomUUID()));
  const { rows } = await pool.query('SELECT id FROM pool_movements');
  expect(rows).toEqual([]);
});

test('fifty at once on two servers: credit for twenty serves twenty', async () => {
  const ann = await person('ann');
  await account(ann.id);
  await using one = await server();
  await using two = await server(null);
  const asked = Array.from({ length: 50 }, (_, n) =>
    (n % 2 === 0 ? one : two).credit.reserve(ann.id, 'gpt-lab', at()),
  );
  const holds = (await Promise.all(asked)).filter((hold) => hold !== null);
  expect(holds).toHaveLength(20);
  await one.credit.refresh();
  expect([one.credit.may(ann.id, 'gpt-lab'), one.errors, two.errors]).toEqual([false, [], []]);
  expect(one.credit.refusal(ann.id, 'gpt-lab').retryAfterMs).toBe(HOUR / 4);
});

test.each([
  ['the account is withdrawn', 'UPDATE accounts SET shared = false'],
  ['the account is switched off', "UPDATE accounts SET state = 'disabled'"],
  ['its credential has expired', "UPDATE accounts SET state = 'expired'"],
  ['the account is deleted', 'DELETE FROM accounts'],
  ['its owner is disabled', "UPDATE users SET state = 'disabled'"],
])('when %s its credit goes, on every server', async (_, statement) => {
  const ann = await person('ann');
  await account(ann.id);
  await using one = await server();
  await using two = await server(null);
  await pool.query(statement);
  await Promise.all([one.follow(), two.follow()]);
  expect((await one.service.mine(ann)).groups).toEqual([]);
  expect([one.credit.may(ann.id, 'gpt-lab'), two.credit.may(ann.id, 'gpt-lab')]).toEqual([
    false,
    false,
  ]);
  const { rows } = await pool.query("SELECT kind FROM pool_movements WHERE kind = 'withdraw'");
  expect(rows).toHaveLength(1);
});

test('a person who is deleted takes their credit along', async () => {
  const ann = await person('ann');
  await account(ann.id);
  await using h = await server();
  await pool.query('DELETE FROM users');
  await h.follow();
  const { rows } = await pool.query('SELECT 1 FROM pool_lendings UNION SELECT 1 FROM pool_credits');
  expect([rows, h.errors]).toEqual([[], []]);
});

test('the tiered rule holds from when it is chosen; free accounts recover less', async () => {
  const ann = await person('ann');
  await account(ann.id);
  await account(ann.id, { plan: 'free' });
  await using h = await server();
  await pool.query('UPDATE pool_credits SET quota = 0');
  h.clock.advance(HOUR);
  await h.service.saveSettings(boss, { ...ON, rule: 'tiered' });
  h.clock.advance(HOUR);
  expect((await h.service.mine(ann)).groups[0]).toMatchObject({
    quota: 800_000 + 412_000,
    perHour: 412_000,
  });
});

test('what a process that died held is free within a minute', async () => {
  const ann = await person('ann');
  await account(ann.id);
  const dead = await server();
  await dead.credit.reserve(ann.id, 'gpt-lab', at());
  await using h = await server(null);
  for (let second = 0; second < 50; second += 10) {
    h.clock.advance(10_000);
    await expect.poll(() => h.clock.timers(), { timeout: 5_000 }).toBe(1);
  }
  expect((await h.service.mine(ann)).groups[0]?.held).toBe(0);
  await dead.close();
});

test('an account earns for the models it is lent for, and nothing when lent to some people only', async () => {
  const ann = await person('ann');
  await model('gpt-other', 'lab');
  const [some, few] = [await account(ann.id), await account(ann.id)];
  await pool.query("UPDATE accounts SET loan_models = '{gpt-other}' WHERE id = $1", [some]);
  await pool.query('UPDATE accounts SET loan_users = ARRAY[$2::uuid] WHERE id = $1', [few, ann.id]);
  await using h = await server();
  expect((await h.service.mine(ann)).groups).toMatchObject([{ name: 'gpt-other', lent: 1 }]);
  expect(await h.service.shared()).toEqual([]);
});

test('the pool tells what there is, and not whose', async () => {
  const [ann, ben] = [await person('ann'), await person('ben')];
  const [one, two] = [await account(ann.id), await account(ann.id)];
  await using h = await server(ON, new Map([[one, 0.25]]));
  const shared = await h.service.shared();
  expect(shared).toEqual([
    {
      model: 'gpt-lab',
      platforms: [{ id: 'lab', name: 'Lab' }],
      ...{ accounts: 2, ready: 2, left: 1.25, nextReturn: null },
    },
  ]);
  for (const secret of [ann.id, one, two, 'ann']) {
    expect(JSON.stringify(shared)).not.toContain(secret);
  }
  expect((await h.service.movements(ben, { limit: 5 })).rows).toEqual([]);
});

test('movements come in pages, newest first', async () => {
  const ann = await person('ann');
  for (let n = 0; n < 3; n += 1) await account(ann.id);
  await using h = await server();
  const first = await h.service.movements(ann, { limit: 2 });
  const cursor = first.nextCursor ?? '';
  const second = await h.service.movements(ann, { limit: 2, cursor });
  expect([first.rows.length, second.rows.length, second.nextCursor]).toEqual([2, 1, null]);
  await expect(h.service.movements(ann, { limit: 2, cursor: 'x' })).rejects.toMatchObject({
    code: 'bad_request',
  });
});

test('a lent account of unknown use costs nothing, and that is told', async () => {
  const [ann, ben] = [await person('ann'), await person('ben')];
  const hers = await account(ann.id);
  await account(ben.id);
  await using h = await server();
  const hold = await h.credit.reserve(ben.id, 'gpt-lab', at(hers));
  if (hold) h.credit.settle(hold, use(hers));
  await h.close();
  expect(h.unknown).toEqual([hers]);
  expect((await h.service.mine(ben)).groups[0]).toMatchObject({ quota: 2_000_000, held: 0 });
  const { rows } = await h.service.movements(ben, { limit: 1 });
  expect(rows[0]).toMatchObject({ kind: 'spend', amount: 0 });
});
