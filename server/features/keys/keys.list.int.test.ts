import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type KeyFound, KeySort, type KeysPage, MOST_KEYS } from '#shared/schemas/keys.ts';
import { newId, sha256hex } from '../../infra/ids.ts';
import type { Browser } from '../../testing/browser.ts';
import { startConsole, type TestConsole } from '../../testing/console.ts';
import { keysOf, makeKey } from '../../testing/key-replicas.ts';
import { readCursor, writeCursor } from './keys.cursor.ts';

type Person = { id: string; username: string; browser: Browser };
let console: TestConsole;
let admin: Browser;
let ann: Person;
let ben: Person;

beforeAll(async () => {
  console = await startConsole({
    features: (base) => ({ keys: keysOf(base, { forgetKeys: () => undefined }) }),
  });
  admin = (await console.signedIn('admin')).browser;
  ann = await console.signedIn('member');
  ben = await console.signedIn('member');
});
afterAll(() => console[Symbol.asyncDispose]());

async function list(browser: Browser, input: object = {}): Promise<KeysPage> {
  const answer = await browser.query('keys.list', input);
  if (answer.error) throw new Error(answer.text);
  return answer.data as KeysPage;
}

/** Every page of a list, with what happens between two of them. */
async function pages(browser: Browser, input: object, between?: () => Promise<unknown>) {
  const names: string[] = [];
  for (let cursor: string | undefined; ; ) {
    const page = await list(browser, { ...input, limit: 3, ...(cursor && { cursor }) });
    names.push(...page.rows.map(({ name }) => name));
    if (page.nextCursor === null) return names;
    cursor = page.nextCursor;
    await between?.();
  }
}

const names = ({ rows }: KeysPage) => rows.map(({ name }) => name);
const hour = 3_600_000;
const later = (hours: number) => new Date(console.clock.now() + hours * hour);

/** Rows as the database has them, as many as wanted. */
function fill(ownerId: string, count: number, more: Record<string, unknown> = {}) {
  return console.db.apiKey.createMany({
    data: Array.from({ length: count }, (_, index) => ({
      id: newId(),
      ownerId,
      name: `bulk ${index}`,
      secretHash: sha256hex(newId()),
      prefix: 'gh-bulk…',
      allowedModels: [],
      createdAt: later(0),
      ...more,
    })),
  });
}

describe('pages', () => {
  test.each(KeySort.options.flatMap((sort) => [true, false].map((way) => [sort, way] as const)))(
    'by %s (descending: %s) neither lose nor repeat a row while keys are made',
    async (sort, descending) => {
      const eve = await console.signedIn('member');
      const made = ['Ähre', 'b', 'B', 'c', 'c', '键', 'd', "e'--"];
      for (const [index, name] of made.entries()) {
        // Two of each time, so that the id decides between equals.
        const at = Math.floor(index / 2);
        await fill(eve.id, 1, {
          name,
          createdAt: later(at),
          lastUsedAt: index < 3 ? null : later(at),
          expiresAt: index < 3 ? null : later(1_000 + at),
        });
      }
      let extra = 0;
      const found = await pages(eve.browser, { sort, descending }, () =>
        makeKey(eve.browser, { name: `made meanwhile ${extra++}` }),
      );
      const old = found.filter((name) => !name.startsWith('made meanwhile'));
      expect(old.sort()).toEqual([...made].sort());
      expect(new Set(found.filter((name) => name.startsWith('made'))).size).toBe(
        found.length - old.length,
      );
    },
  );

  test('are in the order that was asked for', async () => {
    const eve = await console.signedIn('member');
    for (const [index, name] of ['m', 'Z', 'a'].entries()) {
      const lastUsedAt = name === 'Z' ? null : later(index);
      await fill(eve.id, 1, { name, createdAt: later(index), lastUsedAt });
    }
    expect(await pages(eve.browser, {})).toEqual(['a', 'Z', 'm']);
    expect(await pages(eve.browser, { sort: 'name', descending: false })).toEqual(['a', 'm', 'Z']);
    expect(await pages(eve.browser, { sort: 'used' })).toEqual(['a', 'm', 'Z']);
  });

  test('go on behind the longest name there can be', async () => {
    const eve = await console.signedIn('member');
    for (let index = 0; index < 4; index += 1) {
      await makeKey(eve.browser, { name: `${'键'.repeat(79)}${index}` });
    }
    expect(await pages(eve.browser, { sort: 'name' })).toHaveLength(4);
  });

  test('have their counts from all, and thousands are as quick as few', async () => {
    const eve = await console.signedIn('member');
    await fill(eve.id, 5_000);
    await fill(eve.id, 3, { revokedAt: later(0) });
    const page = await list(eve.browser, { limit: 100 });
    expect(page.rows).toHaveLength(100);
    expect(page.counts).toEqual({ active: 5_000, disabled: 0, expired: 0, revoked: 3 });
    const plan = await console.db.$queryRawUnsafe<{ 'QUERY PLAN': string }[]>(
      `EXPLAIN SELECT id FROM api_keys WHERE owner_id = '${ann.id}'::uuid
       ORDER BY created_at DESC, id DESC LIMIT 100`,
    );
    expect(plan.map((line) => line['QUERY PLAN']).join()).toContain(
      'api_keys_owner_id_created_at_id_idx',
    );
  });
});

describe('filters', () => {
  test('by state, with how many of each, as the rows themselves say', async () => {
    const eve = await console.signedIn('member');
    const past = { expiresAt: later(0) };
    await fill(eve.id, 1, { name: 'on' });
    await fill(eve.id, 1, { name: 'off', disabledAt: later(0) });
    await fill(eve.id, 1, { name: 'over', ...past, disabledAt: later(0) });
    await fill(eve.id, 1, { name: 'ended', ...past, revokedAt: later(0) });
    const counts = { active: 1, disabled: 1, expired: 1, revoked: 1 };
    for (const [state, name] of [
      ['active', 'on'],
      ['disabled', 'off'],
      ['expired', 'over'],
      ['revoked', 'ended'],
    ]) {
      const page = await list(eve.browser, { filter: { state } });
      expect(page).toMatchObject({ rows: [{ name, state }], counts });
      expect(page.rows).toHaveLength(1);
    }
    expect(names(await list(eve.browser)).sort()).toEqual(['off', 'on', 'over']);
    expect((await list(eve.browser, { filter: { withRevoked: true } })).rows).toHaveLength(4);
  });

  test('by words in name, description, prefix, owner and models, each in any case', async () => {
    const eve = await console.signedIn('member');
    await fill(eve.id, 1, { name: 'Nightly', description: 'Ünder 100%_x', prefix: 'gh-4fK2…' });
    await fill(eve.id, 1, { name: 'other', allowedModels: ['gpt-lab'] });
    const found = async (search: string) => names(await list(eve.browser, { filter: { search } }));
    expect(await found('NIGHT 4fk2')).toEqual(['Nightly']);
    expect(await found('100%_X')).toEqual(['Nightly']);
    expect(await found('%')).toEqual(['Nightly']);
    expect(await found('gpt-lab')).toEqual(['other']);
    expect(await found('nightly gpt-lab')).toEqual([]);
    expect(await found(eve.username)).toHaveLength(2);
  });

  test('by use: a key without any is for everything', async () => {
    const eve = await console.signedIn('member');
    await fill(eve.id, 1, { name: 'images', scopes: ['images'] });
    await fill(eve.id, 1, { name: 'chat', scopes: ['chat'] });
    await fill(eve.id, 1, { name: 'any', createdAt: later(1) });
    const page = await list(eve.browser, { filter: { scope: 'images' } });
    expect(names(page)).toEqual(['any', 'images']);
    expect(page.counts.active).toBe(2);
  });

  test('by owner, which opens nobody else’s keys to a member', async () => {
    await makeKey(ann.browser, { name: 'anns' });
    await makeKey(ben.browser, { name: 'bens' });
    const filter = { ownerId: ann.id };
    expect(names(await list(admin, { all: true, filter }))).toEqual(['anns']);
    expect(await list(ben.browser, { filter })).toMatchObject({ rows: [], counts: { active: 0 } });
    expect((await ben.browser.query('keys.list', { all: true, filter })).status).toBe(403);
  });
});

describe('a field in which a key is chosen', () => {
  test('finds keys by words or ids, and names only what the person may see', async () => {
    const { key } = await makeKey(ann.browser, { name: 'find me' });
    const find = async (browser: Browser, input: object) =>
      (await browser.query('keys.find', input)).data as KeyFound[];
    const row = { id: key.id, name: 'find me', ownerName: ann.username };
    expect(await find(ann.browser, { search: 'FIND' })).toEqual([row]);
    expect(await find(ann.browser, { ids: [key.id] })).toEqual([row]);
    expect(await find(ann.browser, { ids: [] })).toEqual([]);
    expect(await find(ben.browser, { ids: [key.id] })).toEqual([]);
    expect(await find(admin, { all: true, search: `find ${ann.username}` })).toEqual([row]);
    expect((await ben.browser.query('keys.find', { all: true })).status).toBe(403);
  });

  test('is offered a few of many', async () => {
    const eve = await console.signedIn('member');
    await fill(eve.id, 60);
    expect((await eve.browser.query('keys.find', {})).data).toHaveLength(50);
  });
});

const id = '019f0000-0000-7000-8000-000000000000';
const cursor = (key: unknown, of: unknown = id) =>
  Buffer.from(JSON.stringify([key, of])).toString('base64url');
test.each([
  ['a foreign cursor', { cursor: 'x' }],
  ['an empty cursor', { cursor: '' }],
  ['a cursor without id', { cursor: cursor('2026-11-22T00:00:00.000Z', 'x') }],
  ['a cursor of another sort', { cursor: cursor('a name') }],
  ['a time that is none', { cursor: cursor('2026-99-99T00:00:00.000Z') }],
  ['a year the database does not know', { cursor: cursor('0000-01-01T00:00:00.000Z') }],
  ['NUL in a name', { sort: 'name', cursor: cursor('a\0') }],
  ['half a letter', { sort: 'name', cursor: cursor('\ud800') }],
  ['a cursor without end', { cursor: 'x'.repeat(5_000) }],
  ['NUL in the search', { filter: { search: '\0' } }],
  ['an unknown state', { filter: { state: 'gone' } }],
  ['an unknown use', { filter: { scope: 'x' } }],
  ['an owner that is no id', { filter: { ownerId: "' OR 1=1" } }],
  ['an unknown sort', { sort: 'secret_hash' }],
  ['too many', { limit: 10_000 }],
])('%s is refused', async (_what, input) => {
  const answer = await admin.query('keys.list', { all: true, ...input });
  expect(answer.status).toBe(400);
  expect(answer.error?.data.appCode).toBe('bad_request');
});

test.each(["'", '\\', '%', '"', '\u202e', '{}', 'NULL', '\ud800'])(
  'a search for %j is harmless',
  async (search) => {
    expect((await admin.query('keys.list', { all: true, filter: { search } })).status).toBe(200);
  },
);

test('a cursor is read as it was written, where nothing ends too', () => {
  for (const [key, sort] of [
    ['infinity', 'expires'],
    ['-infinity', 'used'],
    ['2026-11-22T00:00:00.123Z', 'created'],
    ['键', 'name'],
  ] as const) {
    expect(readCursor(writeCursor({ key, id }), sort)).toEqual({ key, id });
  }
});

test('nobody has more than a thousand, counted without revoked ones, not by two at once either', async () => {
  const eve = await console.signedIn('member');
  await fill(eve.id, MOST_KEYS - 1);
  await fill(eve.id, 5, { revokedAt: later(0) });
  const two = await Promise.all(
    ['one', 'two'].map((name) => eve.browser.mutate('keys.create', { name })),
  );
  expect(two.map(({ status }) => status).sort()).toEqual([200, 409]);
  const refused = two.find(({ error }) => error);
  expect(refused?.error?.message).toContain('1,000 keys');
  expect((await list(eve.browser)).counts.active).toBe(MOST_KEYS);
  const last = (await list(eve.browser, { limit: 1 })).rows[0];
  await eve.browser.mutate('keys.revoke', { id: last?.id });
  await makeKey(eve.browser);
});
