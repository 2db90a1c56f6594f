import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Pool } from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Statistics, Summary, UsageDetail, UsagePage } from '#shared/schemas/usage.ts';
import type { UsageRecord } from '../../gateway/ports.ts';
import { systemClock } from '../../infra/clock.ts';
import { newId } from '../../infra/ids.ts';
import { encodeLine } from '../../infra/journal/record.ts';
import { createPool } from '../../infra/postgres/pool.ts';
import type { Browser } from '../../testing/browser.ts';
import { startConsole, type TestConsole } from '../../testing/console.ts';
import { expectNothingLeaks, refusalBattery } from '../../testing/refusals.ts';
import {
  createStatistics,
  createSummaryRepo,
  createTokensToday,
  createUsageRepo,
  createUsageService,
  createUsedSince,
  type OpenUsageLedger,
  openUsageLedger,
} from './index.ts';

let console: TestConsole;
let pool: Pool;
let ledger: OpenUsageLedger;
let dir: string;
const complaints: unknown[] = [];
let admin: Browser;
let ann: { id: string; username: string; browser: Browser };
let ben: typeof ann;

beforeAll(async () => {
  console = await startConsole({
    features({ databaseUrl, clock }) {
      pool = createPool(databaseUrl, { max: 2, onConnectionError: () => undefined });
      const repo = createUsageRepo(pool);
      const statistics = createStatistics({ pool, clock, zone: 'UTC' });
      const summaries = createSummaryRepo(pool, 'UTC');
      return { usage: createUsageService({ repo, summaries, statistics, clock, zone: 'UTC' }) };
    },
  });
  dir = await mkdtemp(path.join(tmpdir(), 'usage-'));
  const complain = (...what: unknown[]) => void complaints.push(what);
  const quiet = { warn: complain, error: complain };
  ledger = await openUsageLedger({ dir, pool, clock: systemClock, log: quiet });
  // A day in the middle of a month, so that ranges and midnights are where the tests expect them.
  console.clock.advance(Date.UTC(2026, 0, 15, 12, 0, 30) - console.clock.now());
  admin = (await console.signedIn('admin')).browser;
  ann = await console.signedIn('member');
  ben = await console.signedIn('member');
});
afterAll(async () => {
  await ledger.close();
  await pool.end();
  await console[Symbol.asyncDispose]();
  await rm(dir, { recursive: true, force: true });
});

function record(more: Partial<UsageRecord> = {}): UsageRecord {
  return {
    id: newId(),
    createdAt: console.clock.now(),
    userId: ann.id,
    keyId: null,
    door: 'openai-chat',
    operation: 'chat',
    model: 'gpt-lab',
    platformId: 'lab',
    upstreamModel: 'tiny',
    accountId: null,
    stream: true,
    outcome: 'ok',
    status: 200,
    error: null,
    attempts: 1,
    inputTokens: 10,
    cachedTokens: 2,
    cacheWriteTokens: 3,
    outputTokens: 5,
    reasoningTokens: 1,
    units: null,
    estimated: false,
    cost: 42,
    latencyMs: 300,
    firstTokenMs: 100,
    ...more,
  };
}

async function recorded(...records: Partial<UsageRecord>[]): Promise<string[]> {
  const made = records.map(record);
  await Promise.all(made.map((one) => ledger.record(one)));
  await ledger.flush();
  return made.map(({ id }) => id);
}

const listOf = async (browser: Browser, input: object = {}) => {
  const answer = await browser.query('usage.list', input);
  if (answer.error) throw new Error(answer.text);
  return answer.data as UsagePage;
};
const idsOf = ({ rows }: UsagePage) => rows.map(({ id }) => id);

const anyId = '019f0000-0000-7000-8000-000000000000';
const battery = { console: () => console };
refusalBattery('usage.list', { ...battery, call: (b) => b.query('usage.list', {}) });
refusalBattery('usage.get', { ...battery, call: (b) => b.query('usage.get', { id: anyId }) });
refusalBattery('usage.statistics', {
  ...battery,
  call: (b) => b.query('usage.statistics', { by: 'model' }),
});
refusalBattery('usage.summary', { ...battery, call: (b) => b.query('usage.summary', {}) });

describe('the ledger', () => {
  test('brings a record to the table whole, once, however often it is delivered', async () => {
    const units = { unit: 'second', amount: 12.25 } as const;
    const whole = record({ keyId: newId(), accountId: newId(), operation: 'transcription', units });
    await Promise.all([ledger.record(whole), ledger.record(whole)]);
    await ledger.record(whole);
    await ledger.flush();
    expect(complaints).toEqual([]);
    const rows = await console.db.usage.findMany({ where: { id: whole.id } });
    expect(rows).toEqual([
      {
        ...whole,
        createdAt: new Date(whole.createdAt),
        cost: BigInt(whole.cost ?? 0),
        unit: 'second',
        units: 12.25,
      },
    ]);
  });

  test('a line of the version before operations and units is replayed as a chat', async () => {
    const { operation: _o, units: _u, cacheWriteTokens: _c, ...before } = record();
    const home = await mkdtemp(path.join(tmpdir(), 'usage-before-'));
    await writeFile(path.join(home, '000000000001.seg'), encodeLine(before));
    const warnings: unknown[] = [];
    const warn = (...what: unknown[]) => void warnings.push(what);
    const log = { warn, error: warn };
    const reopened = await openUsageLedger({ dir: home, pool, clock: systemClock, log });
    await reopened.flush();
    await reopened.close();
    await rm(home, { recursive: true });
    expect(warnings).toEqual([]);
    expect(await console.db.usage.findFirst({ where: { id: before.id } })).toMatchObject({
      model: before.model,
      operation: 'chat',
      cacheWriteTokens: 0,
      unit: null,
      units: null,
    });
  });

  test('delivers on its own within a moment', async () => {
    const begun = performance.now();
    const one = record();
    await ledger.record(one);
    await expect
      .poll(() => console.db.usage.count({ where: { id: one.id } }), { interval: 10 })
      .toBe(1);
    expect(performance.now() - begun).toBeLessThan(2_000);
  });

  test('a record PostgreSQL will not take holds up no other', async () => {
    const bad = record({ userId: 'not a uuid' });
    const good = [record(), record()];
    await Promise.all([good[0], bad, good[1]].map((one) => one && ledger.record(one)));
    await ledger.flush();
    const found = await console.db.usage.count({ where: { id: { in: good.map(({ id }) => id) } } });
    expect(found).toBe(2);
  });

  test('odd texts and numbers are kept as far as they can be', async () => {
    const [id] = await recorded({
      model: `a\0b${'x'.repeat(500)}`,
      error: '\ud800 half a character',
      outputTokens: 1e12,
      units: { unit: 'second', amount: -1 },
      latencyMs: 0.4,
      cost: null,
    });
    const row = await console.db.usage.findFirstOrThrow({ where: { id: id ?? '' } });
    expect(row.model).toMatch(/^abx{198}$/);
    expect(row).toMatchObject({
      outputTokens: 2_147_483_647,
      latencyMs: 0,
      cost: null,
      unit: 'second',
      units: 0,
    });
  });
});

describe('usage.list', () => {
  test('members see their own records whatever they ask, admins everybody’s', async () => {
    const [anns] = await recorded({ userId: ann.id });
    const [bens] = await recorded({ userId: ben.id });
    const asked = [
      {},
      { filter: { userId: ann.id } },
      { filter: { userId: anyId } },
      { filter: { accountId: anyId } },
    ];
    for (const input of asked) {
      const page = await listOf(ben.browser, { limit: 200, ...input });
      expect(idsOf(page)).toContain(bens);
      expect(idsOf(page)).not.toContain(anns);
      expect(new Set(page.rows.map(({ userName }) => userName))).toEqual(new Set([ben.username]));
    }
    expect(idsOf(await listOf(admin, { limit: 200 }))).toEqual(
      expect.arrayContaining([anns, bens]),
    );
    const anns1 = idsOf(await listOf(admin, { filter: { userId: ann.id }, limit: 200 }));
    expect(anns1).toContain(anns);
    expect(anns1).not.toContain(bens);
  });

  test('another’s cursor or key opens nothing', async () => {
    const keyId = newId();
    await recorded({ userId: ann.id, keyId }, { userId: ann.id, keyId });
    const mine = await listOf(ann.browser, { limit: 1 });
    const theirs = await listOf(ben.browser, { cursor: mine.nextCursor, limit: 200 });
    expect(theirs.rows.every(({ userName }) => userName === ben.username)).toBe(true);
    expect((await listOf(ben.browser, { filter: { keyId } })).rows).toEqual([]);
  });

  test('pages follow each other without a gap or a repeat, also between equal times', async () => {
    const eve = await console.signedIn('member');
    const at = console.clock.now();
    const times = [at, at, at, at - 1, at - 1, at - 2, at - 3];
    await recorded(...times.map((createdAt) => ({ userId: eve.id, createdAt })));
    const all = (await listOf(eve.browser)).rows;
    expect(all).toHaveLength(7);
    const seen: string[] = [];
    let cursor: string | null | undefined;
    do {
      const page: UsagePage = await listOf(eve.browser, { limit: 2, ...(cursor && { cursor }) });
      seen.push(...idsOf(page));
      cursor = page.nextCursor;
    } while (cursor);
    expect(seen).toEqual(all.map(({ id }) => id));
    expect(all.map(({ createdAt }) => createdAt)).toEqual(
      times.map((time) => new Date(time).toISOString()),
    );
  });

  test('filters narrow it down', async () => {
    const eve = await console.signedIn('member');
    const keyId = newId();
    const now = console.clock.now();
    const [ok, failed, aborted, old, spoken] = await recorded(
      { userId: eve.id, model: 'a', keyId },
      { userId: eve.id, model: 'b', outcome: 'upstream_failed', status: 502, error: 'it broke' },
      { userId: eve.id, model: 'b', outcome: 'aborted', status: 499 },
      { userId: eve.id, model: 'a', createdAt: now - 3_600_000 },
      { userId: eve.id, model: 'c', operation: 'speech', outcome: 'bad_request' },
    );
    const of = async (filter: object) => new Set(idsOf(await listOf(eve.browser, { filter })));
    expect(await of({ outcome: 'ok' })).toEqual(new Set([ok, old]));
    expect(await of({ outcome: 'failed' })).toEqual(new Set([failed, spoken]));
    expect(await of({ outcome: 'aborted' })).toEqual(new Set([aborted]));
    expect(await of({ model: 'b' })).toEqual(new Set([failed, aborted]));
    expect(await of({ operation: 'speech' })).toEqual(new Set([spoken]));
    expect(await of({ operation: 'chat' })).toEqual(new Set([ok, failed, aborted, old]));
    expect(await of({ operation: 'images' })).toEqual(new Set());
    expect(await of({ keyId })).toEqual(new Set([ok]));
    expect(await of({ from: new Date(now - 60_000).toISOString(), model: 'a' })).toEqual(
      new Set([ok]),
    );
    expect(await of({ to: new Date(now - 60_000).toISOString() })).toEqual(new Set([old]));
    expect(await of({ model: "a' OR '1'='1" })).toEqual(new Set());
  });

  test.each([
    ['cursor', { cursor: 'bm90IGEgY3Vyc29y' }],
    ['cursor', { cursor: Buffer.from(`1.${anyId}'--`).toString('base64url') }],
    ['cursor', { cursor: 'x'.repeat(201) }],
    ['limit', { limit: 0 }],
    ['limit', { limit: 100_000 }],
    ['filter.userId', { filter: { userId: "' OR 1=1 --" } }],
    ['filter.from', { filter: { from: 'yesterday' } }],
    ['filter.outcome', { filter: { outcome: 'all' } }],
    ['filter.operation', { filter: { operation: 'dance' } }],
  ])('a bad %s is a 400 that names it: %j', async (param, input) => {
    const answer = await ben.browser.query('usage.list', input);
    expect(answer.status).toBe(400);
    expect(answer.error?.data).toMatchObject({ appCode: 'bad_request', param });
    expectNothingLeaks(answer);
  });

  test.each(['0001-01-01T00:00:00Z', '9999-12-31T23:59:59Z'])(
    'the far time %s is fine',
    async (at) => {
      await listOf(ben.browser, { filter: { from: at, to: at } });
    },
  );

  test('names of what was deleted are a dash', async () => {
    const [id] = await recorded({ userId: newId(), keyId: newId(), accountId: newId() });
    const detail = await admin.query('usage.get', { id });
    expect(detail.data).toMatchObject({ userName: '—', keyName: '—', accountName: '—' });
  });
});

describe('usage.get', () => {
  async function account(ownerId: string): Promise<string> {
    const id = newId();
    await console.db.account.create({
      data: { id, ownerId, platformId: 'lab', name: `account-${id}`, kind: 'none' },
    });
    return id;
  }
  const get = async (browser: Browser, id: string | undefined) =>
    (await browser.query('usage.get', { id })).data as UsageDetail;

  test('another’s record is not found, as if it did not exist', async () => {
    const [id] = await recorded({ userId: ann.id });
    const answer = await ben.browser.query('usage.get', { id });
    const nowhere = await ben.browser.query('usage.get', { id: anyId });
    expect(answer.status).toBe(404);
    expect(answer.error?.message).toBe(nowhere.error?.message);
    expect(await get(ann.browser, id)).toMatchObject({ id, userName: ann.username });
    expect(await get(admin, id)).toMatchObject({ id, userName: ann.username });
  });

  test('an account is named to its owner and to admins only', async () => {
    const own = await account(ann.id);
    const lent = await account(ben.id);
    const [onOwn, onLent] = await recorded({ accountId: own }, { accountId: lent });
    expect((await get(ann.browser, onOwn)).accountName).toBe(`account-${own}`);
    expect((await get(ann.browser, onLent)).accountName).toBeNull();
    expect((await get(admin, onLent)).accountName).toBe(`account-${lent}`);
    expect((await ann.browser.query('usage.get', { id: onLent })).text).not.toContain(lent);
  });

  test('tells everything that is known', async () => {
    const [id] = await recorded({
      operation: 'images',
      units: { unit: 'image', amount: 2 },
      outcome: 'upstream_timeout',
      status: 504,
      error: 'too slow',
    });
    expect(await get(ann.browser, id)).toEqual({
      id,
      createdAt: new Date(console.clock.now()).toISOString(),
      userName: ann.username,
      keyName: null,
      operation: 'images',
      model: 'gpt-lab',
      platformId: 'lab',
      stream: true,
      outcome: 'upstream_timeout',
      status: 504,
      inputTokens: 10,
      outputTokens: 5,
      units: { unit: 'image', amount: 2 },
      estimated: false,
      cost: 42,
      latencyMs: 300,
      firstTokenMs: 100,
      door: 'openai-chat',
      upstreamModel: 'tiny',
      accountName: null,
      attempts: 1,
      cachedTokens: 2,
      cacheWriteTokens: 3,
      reasoningTokens: 1,
      error: 'too slow',
    });
  });
});

describe('usage.summary', () => {
  const summary = async (browser: Browser, input: object) =>
    (await browser.query('usage.summary', input)).data as Summary;

  test('totals, equal steps with the empty ones, and the busiest models', async () => {
    const eve = await console.signedIn('member');
    const minute = (ago: number) => console.clock.now() - ago * 60_000;
    await recorded(
      { userId: eve.id, createdAt: minute(0), latencyMs: 100, firstTokenMs: 10, model: 'a' },
      { userId: eve.id, createdAt: minute(0), latencyMs: 200, firstTokenMs: null, model: 'a' },
      { userId: eve.id, createdAt: minute(59), latencyMs: 300, firstTokenMs: 30, model: 'b' },
      { userId: eve.id, createdAt: minute(59), outcome: 'upstream_failed', latencyMs: 9_999 },
      {
        userId: eve.id,
        createdAt: minute(59),
        outcome: 'aborted',
        cost: null,
        latencyMs: 9_999,
        operation: 'count',
      },
      { userId: eve.id, createdAt: minute(61), model: 'too old' },
    );
    const { totals, series, models } = await summary(eve.browser, { range: 'hour' });
    expect(totals).toEqual({
      requests: 5,
      errors: 1,
      inputTokens: 50,
      cacheWriteTokens: 15,
      outputTokens: 25,
      cost: 168,
      latencyP50Ms: 200,
      latencyP95Ms: 290,
      firstTokenP50Ms: 20,
    });
    expect(series).toHaveLength(60);
    expect(series.map(({ requests }) => requests)).toEqual([3, ...Array<number>(58).fill(0), 2]);
    expect(series[0]).toMatchObject({ at: '2026-01-15T11:01:00.000Z', errors: 1 });
    expect(series[1]).toEqual({
      at: '2026-01-15T11:02:00.000Z',
      requests: 0,
      errors: 0,
      inputTokens: 0,
      cacheWriteTokens: 0,
      outputTokens: 0,
      cost: 0,
      latencyP50Ms: null,
      latencyP95Ms: null,
      firstTokenP50Ms: null,
    });
    expect(models.map(({ model, requests }) => [model, requests])).toEqual([
      ['a', 2],
      ['gpt-lab', 2],
      ['b', 1],
    ]);
    expect(models[0]).toEqual({ model: 'a', requests: 2, tokens: 30, cost: 84 });
  });

  test('a member who asks for everybody gets their own', async () => {
    const eve = await console.signedIn('member');
    await recorded({ userId: eve.id }, { userId: ann.id });
    expect((await summary(eve.browser, { scope: 'all' })).totals.requests).toBe(1);
    expect((await summary(admin, { scope: 'all' })).totals.requests).toBeGreaterThan(1);
    expect((await summary(admin, { scope: 'mine' })).totals.requests).toBe(0);
  });

  test.each(['hour', 'day', 'week', 'month'])('%s works on nothing', async (range) => {
    const nobody = await console.signedIn('member');
    const { totals, series } = await summary(nobody.browser, { range });
    expect(totals.requests).toBe(0);
    expect(series.length).toBeGreaterThan(20);
  });
});

describe('what was used since', () => {
  test('counts what is still in the journal, from any moment on', async () => {
    const keyId = newId();
    const midnight = Date.UTC(2026, 0, 15);
    const hour = 3_600_000;
    const times = [
      ...[midnight - 30 * hour, midnight - 1, midnight, midnight + 90_000, midnight + hour],
      ...[midnight + 90 * 60_000, console.clock.now()],
    ];
    const clock = { ...systemClock, now: console.clock.now };
    const load = createUsedSince({ pool, ledger, clock, zone: 'UTC' });
    for (const createdAt of times) await ledger.record(record({ keyId, createdAt }));
    for (const since of [...times, midnight - hour - 1, midnight + 1, midnight + 4 * hour]) {
      const requests = times.filter((time) => time >= since).length;
      const used = { requests, tokens: requests * 15, cost: requests * 42 };
      expect(await load('key', keyId, since)).toEqual(used);
    }
    expect((await load('user', ann.id, midnight)).requests).toBeGreaterThanOrEqual(5);
    expect((await load('model', 'gpt-lab', midnight)).requests).toBeGreaterThanOrEqual(5);
    expect((await load('platform', 'lab', midnight)).requests).toBeGreaterThanOrEqual(5);
    expect((await load('account', newId(), midnight)).requests).toBe(0);
    const today = createTokensToday({ pool, clock, zone: 'UTC' });
    expect(await today('key', [keyId])).toEqual(new Map([[keyId, 75]]));
  });
});

describe('usage.statistics', () => {
  const statistics = async (browser: Browser, input: object) => {
    const answer = await browser.query('usage.statistics', input);
    if (answer.error) throw new Error(answer.text);
    return answer.data as Statistics;
  };

  test('figures of whole days by model, platform, key, day and hour, with totals', async () => {
    const eve = await console.signedIn('member');
    const now = console.clock.now();
    const day = 86_400_000;
    await recorded(
      { userId: eve.id, model: 'a', latencyMs: 1_000 },
      { userId: eve.id, model: 'a', outcome: 'upstream_failed' },
      { userId: eve.id, model: 'b', createdAt: now - day, cost: null, platformId: null },
      { userId: eve.id, model: 'c', createdAt: now - 2 * day },
    );
    const two = await statistics(eve.browser, { by: 'model', days: 2 });
    expect(two).toMatchObject({
      zone: 'UTC',
      from: '2026-01-14T00:00:00.000Z',
      to: '2026-01-16T00:00:00.000Z',
      cut: false,
      totals: { requests: 3, errors: 1, inputTokens: 30, cachedTokens: 6, cost: 84 },
    });
    expect(two.rows.map(({ id, name, requests }) => [id, name, requests])).toEqual([
      ['a', 'a', 2],
      ['b', 'b', 1],
    ]);
    expect(Math.abs((two.rows[0]?.latencyP50Ms ?? 0) - 1_000)).toBeLessThan(50);
    const by = async (name: string, days = 3) =>
      (await statistics(eve.browser, { by: name, days })).rows.map((row) => [row.id, row.requests]);
    expect(await by('platform')).toEqual([
      ['lab', 3],
      [null, 1],
    ]);
    expect(await by('key')).toEqual([[null, 4]]);
    expect(await by('user')).toEqual([[eve.id, 4]]);
    expect(await by('day')).toEqual([
      ['2026-01-15T00:00:00.000Z', 2],
      ['2026-01-14T00:00:00.000Z', 1],
      ['2026-01-13T00:00:00.000Z', 1],
    ]);
    expect((await by('hour', 1))[0]).toEqual(['2026-01-15T12:00:00.000Z', 2]);
  });

  test('a member sees their own whatever they ask; accounts of others have no name', async () => {
    const eve = await console.signedIn('member');
    const [own, lent] = [newId(), newId()];
    for (const [id, ownerId] of [
      [own, eve.id],
      [lent, ben.id],
    ] as const) {
      await console.db.account.create({
        data: { id, ownerId, platformId: 'lab', name: `account-${id}`, kind: 'none' },
      });
    }
    await recorded(
      { userId: eve.id, accountId: own },
      { userId: eve.id, accountId: lent },
      { userId: eve.id, accountId: newId() },
      { userId: ann.id, accountId: lent },
    );
    const mine = await statistics(eve.browser, { by: 'account', scope: 'all' });
    expect(mine.rows.map(({ name, requests }) => [name, requests])).toEqual([
      [`account-${own}`, 1],
      [null, 2],
    ]);
    expect(JSON.stringify(mine)).not.toContain(lent);
    const all = await statistics(admin, { by: 'account', scope: 'all' });
    expect(all.rows.find(({ id }) => id === lent)).toMatchObject({
      name: `account-${lent}`,
      requests: 2,
    });
    expect((await statistics(admin, { by: 'model', scope: 'mine' })).totals.requests).toBe(0);
  });

  test('a month by the hour is refused', async () => {
    const answer = await ann.browser.query('usage.statistics', { by: 'hour', days: 30 });
    expect(answer.error?.data).toMatchObject({ appCode: 'bad_request', param: 'days' });
  });
});
