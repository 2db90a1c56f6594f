import { randomBytes, randomUUID } from 'node:crypto';
import type { Pool } from 'pg';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { StoredResponse } from '../../gateway/ports.ts';
import { createCipher } from '../../infra/cipher.ts';
import { createPool } from '../../infra/postgres/pool.ts';
import { fakeClock } from '../../testing/fake-clock.ts';
import { createTestDatabase, type TestDatabase } from '../../testing/postgres.ts';
import { createResponsesRepo, createResponsesService } from './index.ts';

const DAY = 86_400_000;
const MB = 1024 * 1024;
const PLANTED = 'planted words that nobody may read';

let database: TestDatabase;
let pool: Pool;
const ann = randomUUID();
const ben = randomUUID();
const cipher = createCipher({ current: 'k1', keys: { k1: randomBytes(32) } });

beforeAll(async () => {
  database = await createTestDatabase();
  pool = createPool(database.url, { max: 4 });
  await pool.query(
    `INSERT INTO users (id, username) SELECT id, 'u' || left(id::text, 8) FROM unnest($1::uuid[]) id`,
    [[ann, ben]],
  );
});
afterAll(async () => {
  await pool.end();
  await database[Symbol.asyncDispose]();
});

function service(retentionDays = 30, mostBytesPerUser = 512 * MB) {
  const clock = fakeClock();
  const errors: unknown[] = [];
  const responses = createResponsesService({
    repo: createResponsesRepo(pool),
    cipher,
    clock,
    retentionMs: retentionDays * DAY,
    mostBytesPerUser,
    onError: (error) => errors.push(error),
  });
  return { clock, errors, responses };
}

let count = 0;
const newId = () => `resp_${++count}`;

function response(more: Partial<StoredResponse> = {}): StoredResponse {
  const id = more.id ?? newId();
  return {
    id,
    userId: ann,
    heldBy: null,
    model: 'gpt-lab',
    previousId: null,
    input: [{ id: 'msg_1', type: 'message', role: 'user', content: PLANTED }],
    answer: { id, object: 'response', output: [{ type: 'message', said: PLANTED }] },
    itemIds: [],
    createdAt: fakeClock().now(),
    ...more,
  };
}

/** Saves so many responses, each continuing the one before. */
async function conversation(length: number, more: Partial<StoredResponse> = {}) {
  const { responses } = service();
  const ids: string[] = [];
  for (let turn = 0; turn < length; turn++) {
    const id = newId();
    await responses.save(response({ id, previousId: ids.at(-1) ?? null, ...more }));
    ids.push(id);
  }
  return ids;
}

const chainOf = async (id: string | undefined, userId = ann) =>
  (await service().responses.chain(id ?? '', userId)).map((found) => found.id);

test('comes back as it was saved', async () => {
  const { responses } = service();
  const saved = response({ previousId: 'resp_x' });
  await responses.save(saved);
  expect(await responses.find(saved.id, ann)).toEqual(saved);
});

test('of one that a platform keeps nothing is stored but where', async () => {
  const { responses } = service();
  const heldBy = { accountId: randomUUID(), platformId: 'lab' };
  const saved = response({ heldBy, itemIds: ['msg_1', 'msg_2'] });
  await responses.save(saved);
  const stored = { ...saved, input: [], answer: null };
  expect(await responses.find(saved.id, ann)).toEqual(stored);
  expect(await responses.holding(['msg_0', 'msg_2'], ann)).toEqual([stored]);
  expect(await responses.holding(['msg_0', '\u0000'], ann)).toEqual([]);
  expect(await responses.holding(['msg_2'], ben)).toEqual([]);
});

test('what was said is sealed, and opens in its own row and column only', async () => {
  const [a, b] = await conversation(2);
  const { rows } = await pool.query('SELECT t::text AS line FROM stored_responses t');
  expect(JSON.stringify(rows)).toContain(a);
  expect(JSON.stringify(rows)).not.toMatch(/planted|words|nobody/);
  await pool.query(
    `UPDATE stored_responses t SET answer = f.answer FROM stored_responses f
      WHERE t.id = $1 AND f.id = $2`,
    [a, b],
  );
  await expect(service().responses.find(a ?? '', ann)).rejects.toMatchObject({ code: 'internal' });
  expect(await service().responses.find(b ?? '', ann)).not.toBeNull();
});

test('a conversation comes back from its beginning', async () => {
  const ids = await conversation(3);
  expect(await chainOf(ids[2])).toEqual(ids);
  expect(await chainOf(ids[1])).toEqual(ids.slice(0, 2));
  expect(await chainOf('resp_unknown')).toEqual([]);
});

test('a conversation with a part deleted comes back from there, and says what is missing', async () => {
  const [first, second, third] = await conversation(3);
  const { responses } = service();
  expect(await responses.delete(second ?? '', ann)).toBe(true);
  expect(await responses.delete(second ?? '', ann)).toBe(false);
  expect(await responses.chain(third ?? '', ann)).toMatchObject([
    { id: third, previousId: second },
  ]);
  expect(await chainOf(first)).toEqual([first]);
});

test('a conversation ends at what a platform keeps', async () => {
  const [before] = await conversation(1);
  const heldBy = { accountId: randomUUID(), platformId: 'lab' };
  const { responses } = service();
  const held = response({ heldBy, previousId: before ?? null });
  const after = response({ previousId: held.id });
  await responses.save(held);
  await responses.save(after);
  expect(await chainOf(after.id)).toEqual([held.id, after.id]);
});

test('another person’s is unknown in every way, and in the middle of a conversation, too', async () => {
  const [id = '', next = ''] = await conversation(2);
  const { responses } = service();
  expect(await responses.find(id, ben)).toBeNull();
  expect(await responses.findAll([id], ben)).toEqual([]);
  expect(await responses.chain(next, ben)).toEqual([]);
  expect(await responses.delete(id, ben)).toBe(false);
  const bens = response({ userId: ben, previousId: id });
  await responses.save(bens);
  expect(await chainOf(bens.id, ben)).toEqual([bens.id]);
});

test('two people may have the same id from a platform', async () => {
  const { responses } = service();
  const mine = response();
  const theirs = { ...response({ id: mine.id, userId: ben }), model: 'other' };
  await responses.save(mine);
  await responses.save(theirs);
  expect(await responses.find(mine.id, ann)).toEqual(mine);
  expect(await responses.find(mine.id, ben)).toEqual(theirs);
});

test.each(['', 'resp_\u0000', 'a b', `resp_${'x'.repeat(200)}`])(
  'the id %j is looked for nowhere',
  async (id) => {
    const { responses } = service();
    expect(await responses.find(id, ann)).toBeNull();
    expect(await responses.chain(id, ann)).toEqual([]);
    expect(await responses.delete(id, ann)).toBe(false);
  },
);

test('1,000 responses are a conversation, one more is too many', async () => {
  const most = await conversation(1_000, { input: [], answer: {} });
  expect(await chainOf(most.at(-1))).toEqual(most);
  const more = response({ previousId: most.at(-1) ?? null });
  await service().responses.save(more);
  await expect(chainOf(more.id)).rejects.toMatchObject({
    code: 'bad_request',
    param: 'previous_response_id',
  });
});

test('a conversation of more than 32 MB cannot go on, a response of that size is not kept', async () => {
  const { responses } = service();
  const large = { text: 'x'.repeat(20 * 1024 * 1024) };
  const one = response({ answer: large });
  const two = response({ answer: large, previousId: one.id });
  await responses.save(one);
  await responses.save(two);
  expect(await responses.find(two.id, ann)).not.toBeNull();
  await expect(responses.chain(two.id, ann)).rejects.toMatchObject({ code: 'bad_request' });
  const both = response({ input: [large], answer: large });
  await expect(responses.save(both)).rejects.toMatchObject({ code: 'bad_request' });
});

test('what is too large to be kept is not even sealed', async () => {
  let sealed = 0;
  const responses = createResponsesService({
    repo: createResponsesRepo(pool),
    cipher: {
      ...cipher,
      seal(...args) {
        sealed += 1;
        return cipher.seal(...args);
      },
    },
    clock: fakeClock(),
    retentionMs: DAY,
    mostBytesPerUser: 512 * MB,
    onError: () => undefined,
  });
  const answer = { text: 'x'.repeat(33 * MB) };
  await expect(responses.save(response({ answer }))).rejects.toMatchObject({ code: 'bad_request' });
  expect(sealed).toBe(0);
  await responses.save(response());
  expect(sealed).toBe(2);
});

test('an id that another account gave stays what it is, and its own says the last', async () => {
  const { responses } = service();
  const by = (accountId: string) => ({ accountId, platformId: 'lab' });
  const [a, b] = [randomUUID(), randomUUID()];
  const first = { ...response({ heldBy: by(a), input: [], answer: null }), itemIds: ['msg_a'] };
  await responses.save(first);
  for (const heldBy of [by(b), null]) {
    const second = { ...response({ id: first.id, heldBy }), itemIds: ['msg_b'] };
    await expect(responses.save(second)).rejects.toMatchObject({ code: 'upstream_failed' });
    expect(await responses.find(first.id, ann)).toEqual(first);
  }
  const again = { ...first, itemIds: ['msg_c'] };
  await responses.save(again);
  expect(await responses.find(first.id, ann)).toEqual(again);
  // What is kept here stays here.
  const here = response();
  await responses.save(here);
  const planted = response({ id: here.id, heldBy: by(a) });
  await expect(responses.save(planted)).rejects.toMatchObject({ code: 'upstream_failed' });
  expect(await responses.find(here.id, ann)).toEqual(here);
});

describe('a person has only so much stored', () => {
  const idsOf = async (userId: string) => {
    const { rows } = await pool.query(
      'SELECT id FROM stored_responses WHERE user_id = $1 ORDER BY created_at',
      [userId],
    );
    return rows.map(({ id }) => id);
  };
  const large = (createdAt: number, userId = ann) =>
    response({ userId, createdAt, answer: { text: 'x'.repeat(10 * MB) } });
  const now = fakeClock().now();

  test('the oldest go first, those of others stay', async () => {
    await pool.query('DELETE FROM stored_responses');
    const { responses } = service(30, 32 * MB);
    const bens = large(now - 100, ben);
    // Saved in another order than they were made in.
    const [third, first, second] = [large(now - 10), large(now - 30), large(now - 20)];
    for (const each of [bens, third, first, second]) await responses.save(each);
    expect(await idsOf(ann)).toEqual([first.id, second.id, third.id]);
    const fourth = large(now);
    await responses.save(fourth);
    expect(await idsOf(ann)).toEqual([second.id, third.id, fourth.id]);
    expect(await idsOf(ben)).toEqual([bens.id]);
    // Saved anew it takes its own place, not another's.
    await responses.save(fourth);
    expect(await idsOf(ann)).toEqual([second.id, third.id, fourth.id]);
  });

  test('small ones are counted now and then, and by every server at its first', async () => {
    await pool.query('DELETE FROM stored_responses');
    const { responses } = service(30, 32 * MB);
    const old = [large(now - 30), large(now - 20), large(now - 10)];
    for (const each of old) await responses.save(each);
    const small = (createdAt: number) =>
      response({ createdAt, answer: { text: 'x'.repeat(0.45 * MB) } });
    for (let count = 1; count <= 5; count++) await responses.save(small(now + count));
    expect(await idsOf(ann)).toHaveLength(8);
    await responses.save(small(now + 6));
    expect(await idsOf(ann)).not.toContain(old[0]?.id);
    expect(await idsOf(ann)).toHaveLength(8);
    await pool.query(`UPDATE stored_responses SET bytes = 20 * 1024 * 1024`);
    const last = small(now + 7);
    await service(30, 32 * MB).responses.save(last);
    expect(await idsOf(ann)).toHaveLength(2);
  });

  test('two servers that remove the same at once do not hinder each other', async () => {
    await pool.query('DELETE FROM stored_responses');
    for (let count = 0; count < 3; count++) await service().responses.save(large(now - 9 + count));
    await Promise.all(
      Array.from({ length: 4 }, (_, count) => {
        return service(30, 32 * MB).responses.save(large(now + count));
      }),
    );
    await service(30, 32 * MB).responses.save(response({ createdAt: now + 10 }));
    expect((await idsOf(ann)).length).toBeLessThanOrEqual(4);
  });
});

test('what is too old is unknown at once, and removed at the start and every hour', async () => {
  await pool.query('DELETE FROM stored_responses');
  const { clock, errors, responses } = service(2);
  const many = 1_200;
  await pool.query(
    `INSERT INTO stored_responses (user_id, id, model, bytes, created_at)
     SELECT $1, 'resp_old' || n, 'gpt-lab', 0, $2 FROM generate_series(1, $3::int) n`,
    [ann, new Date(clock.now() - 2 * DAY - 1), many],
  );
  const fresh = response({ createdAt: clock.now() });
  await responses.save(fresh);
  const rows = async () =>
    (await pool.query('SELECT count(*)::int AS n FROM stored_responses')).rows[0].n;
  expect(await responses.find('resp_old1', ann)).toBeNull();
  expect(await rows()).toBe(many + 1);
  responses.start();
  await vi.waitFor(() => expect(clock.timers()).toBe(1));
  expect(await rows()).toBe(1);

  clock.advance(2 * DAY - 3_600_000);
  await vi.waitFor(() => expect(clock.timers()).toBe(1));
  expect(await responses.find(fresh.id, ann)).not.toBeNull();
  clock.advance(3_600_001);
  expect(await responses.find(fresh.id, ann)).toBeNull();
  await vi.waitFor(() => expect(clock.timers()).toBe(1));
  expect(await rows()).toBe(1);
  clock.advance(3_600_000);
  await vi.waitFor(async () => expect(await rows()).toBe(0));
  await responses.close();
  expect(clock.timers()).toBe(0);
  expect(errors).toEqual([]);
});

test('kept for no time at all, nothing is saved or found, and what there was is removed', async () => {
  const [id = ''] = await conversation(1);
  const { clock, responses } = service(0);
  expect(responses.keeps).toBe(false);
  await responses.save(response({ id: 'resp_never' }));
  expect(await responses.find(id, ann)).toBeNull();
  expect(await responses.chain(id, ann)).toEqual([]);
  clock.advance(1);
  responses.start();
  await responses.close();
  expect((await pool.query('SELECT id FROM stored_responses')).rows).toEqual([]);
});

test('goes with the person it belongs to', async () => {
  const { responses } = service();
  const gone = randomUUID();
  await pool.query(`INSERT INTO users (id, username) VALUES ($1, 'gone')`, [gone]);
  await responses.save(response({ userId: gone }));
  await pool.query('DELETE FROM users WHERE id = $1', [gone]);
  const { rows } = await pool.query('SELECT id FROM stored_responses WHERE user_id = $1', [gone]);
  expect(rows).toEqual([]);
});

test('responses that a request refers to are not read when they are too large together', async () => {
  const { responses } = service();
  const large = 'x'.repeat(12 * 1024 * 1024);
  const kept = [1, 2, 3].map(() => response({ answer: { object: 'response', said: large } }));
  for (const each of kept) await responses.save(each);
  const ids = kept.map(({ id }) => id);
  expect(await responses.findAll(ids.slice(0, 2), ann)).toHaveLength(2);
  await expect(responses.findAll(ids, ann)).rejects.toMatchObject({
    code: 'bad_request',
    param: 'input',
  });
  // What another person keeps does not count.
  expect(await responses.findAll(ids, ben)).toEqual([]);
  for (const id of ids) await responses.delete(id, ann);
});
