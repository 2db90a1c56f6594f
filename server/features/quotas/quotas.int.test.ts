import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { MyLimits, QuotaPreview, QuotaRulesSet, QuotaState } from '#shared/schemas/quotas.ts';
import { newId } from '../../infra/ids.ts';
import { createPool } from '../../infra/postgres/pool.ts';
import type { Browser } from '../../testing/browser.ts';
import { startConsole, type TestConsole } from '../../testing/console.ts';
import { fakeChanges } from '../../testing/fake-changes.ts';
import { createUsedSince, rebuildRollups } from '../usage/index.ts';
import {
  createLoadUsed,
  createMemoryQuotaGate,
  createQuotaRules,
  createQuotaRulesRepo,
  createQuotasService,
  createUsedRepo,
} from './index.ts';

type Service = ReturnType<typeof createQuotaRules>;

let console: TestConsole;
let pool: ReturnType<typeof createPool>;
let rules: Service;
let admin: Browser;
let ann: { id: string; browser: Browser };
let ben: typeof ann;
let keyId: string;
let accountId: string;

beforeAll(async () => {
  console = await startConsole({
    features({ audit, db, databaseUrl, clock }) {
      pool = createPool(databaseUrl, { max: 2, onConnectionError: () => undefined });
      const repo = createQuotaRulesRepo(db);
      const ledger = { flush: async () => undefined };
      const loadUsed = createLoadUsed(createUsedSince({ pool, ledger, clock, zone: 'UTC' }));
      rules = createQuotaRules({ repo, changes: fakeChanges(), clock, onError: () => {} });
      const counting = { clock, zone: 'UTC' };
      return {
        quotas: createQuotasService({
          ...counting,
          repo,
          audit,
          past: createUsedRepo(pool).past,
          usedSince: loadUsed,
          gate: createMemoryQuotaGate({ ...counting, loadUsed }),
          rules,
          isPlatform: (id) => id === 'sandbox',
        }),
      };
    },
  });
  admin = (await console.signedIn('admin')).browser;
  ann = await console.signedIn('member');
  ben = await console.signedIn('member');
  [keyId, accountId] = [newId(), newId()];
  await console.db.apiKey.create({
    data: { id: keyId, ownerId: ann.id, name: 'k', secretHash: newId(), prefix: 'gh-' },
  });
  await console.db.account.create({
    data: { id: accountId, ownerId: ann.id, platformId: 'sandbox', name: 'a', kind: 'none' },
  });
  await console.db.model.create({ data: { id: newId(), name: 'lab' } });
});
afterAll(async () => {
  await pool.end();
  await console[Symbol.asyncDispose]();
});

const limit = (metric: QuotaRulesSet['rules'][number]['metric'], most: number) => ({
  metric,
  limit: most,
});

async function set(who: Browser, wanted: QuotaRulesSet): Promise<QuotaState[]> {
  const answer = await who.mutate('quotas.set', wanted);
  if (answer.error) throw new Error(answer.text);
  return answer.data as QuotaState[];
}

async function codeOf(asking: Promise<{ error?: unknown }>): Promise<string> {
  const { error } = await asking;
  return (error as { data?: { code?: string } } | undefined)?.data?.code ?? 'ok';
}

/** A record of yesterday: the console's clock begins at 2026-01-01. */
async function used(at: string, facts: { tokens?: number; cost?: number; outcome?: string } = {}) {
  const { tokens = 10, cost = 100, outcome = 'ok' } = facts;
  await pool.query(
    `INSERT INTO usage (id, created_at, user_id, key_id, door, model, platform_id, account_id, stream,
       outcome, status, attempts, input_tokens, cached_tokens, output_tokens, reasoning_tokens,
       estimated, cost, latency_ms)
     VALUES ($1, $2, $3, $4, 'openai-chat', 'lab', 'sandbox', $5, false, $6, 200, 1, $7, 0, 0, 0,
       false, $8, 1000)`,
    [randomUUID(), at, ann.id, keyId, accountId, outcome, tokens, cost],
  );
  await rebuildRollups({ pool, zone: 'UTC' });
}

describe('who may see and set', () => {
  const key = () => ({ subject: 'key' as const, id: keyId });
  test('an admin all; owners their keys and accounts; a person only sees their own', async () => {
    const cases: [Browser, QuotaRulesSet['subject'], string, see: string, set: string][] = [
      [admin, 'user', ann.id, 'ok', 'ok'],
      [admin, 'model', 'lab', 'ok', 'ok'],
      [admin, 'platform', 'sandbox', 'ok', 'ok'],
      [admin, 'platform', 'none', 'NOT_FOUND', 'NOT_FOUND'],
      [admin, 'user', randomUUID(), 'NOT_FOUND', 'NOT_FOUND'],
      [admin, 'user', 'no uuid', 'NOT_FOUND', 'NOT_FOUND'],
      [admin, 'bot', 'any', 'NOT_FOUND', 'NOT_FOUND'],
      [ann.browser, 'user', ann.id, 'ok', 'FORBIDDEN'],
      [ann.browser, 'key', keyId, 'ok', 'ok'],
      [ann.browser, 'account', accountId, 'ok', 'ok'],
      [ann.browser, 'model', 'lab', 'NOT_FOUND', 'NOT_FOUND'],
      [ann.browser, 'platform', 'sandbox', 'NOT_FOUND', 'NOT_FOUND'],
      [ben.browser, 'user', ann.id, 'NOT_FOUND', 'NOT_FOUND'],
      [ben.browser, 'key', keyId, 'NOT_FOUND', 'NOT_FOUND'],
      [ben.browser, 'account', accountId, 'NOT_FOUND', 'NOT_FOUND'],
    ];
    for (const [who, subject, id, see, change] of cases) {
      const wanted = { subject, id, rules: [] };
      expect([subject, await codeOf(who.query('quotas.list', { subject, id }))]).toEqual([
        subject,
        see,
      ]);
      expect([subject, await codeOf(who.mutate('quotas.set', wanted))]).toEqual([subject, change]);
      expect([subject, await codeOf(who.query('quotas.preview', wanted))]).toEqual([subject, see]);
    }
  });

  test('the same kind twice is refused', async () => {
    const twice = { ...key(), rules: [limit('concurrency', 1), limit('concurrency', 2)] };
    expect(await codeOf(admin.mutate('quotas.set', twice))).toBe('BAD_REQUEST');
  });
});

describe('rules', () => {
  test('are all there are, with what is used; the request path knows them at once', async () => {
    const name = { subject: 'model' as const, id: 'lab' };
    await used('2026-01-01T00:00:00Z', { tokens: 30 });
    const rulesOfModel = [limit('tokens-per-day', 100), limit('concurrency', 3)];
    expect(await set(admin, { ...name, rules: rulesOfModel })).toMatchObject([
      { ...name, metric: 'tokens-per-day', limit: 100, used: 30, held: 0 },
      { ...name, metric: 'concurrency', limit: 3, used: 0, resetsAt: null },
    ]);
    expect(rules.of('model', 'lab')).toHaveLength(2);
    await set(admin, { ...name, rules: [limit('concurrency', 2)] });
    expect(rules.of('model', 'lab')).toEqual([{ ...name, metric: 'concurrency', limit: 2 }]);
  });

  test('follow a model that is renamed, and go with it', async () => {
    const id = newId();
    await console.db.model.create({ data: { id, name: 'old' } });
    await set(admin, { subject: 'model', id: 'old', rules: [limit('concurrency', 2)] });
    await console.db.model.update({ where: { id }, data: { name: 'new' } });
    await rules.reload();
    expect(rules.of('model', 'new')).toHaveLength(1);
    await console.db.model.delete({ where: { id } });
    expect(await console.db.quotaRule.count({ where: { subjectId: { in: ['old', 'new'] } } })).toBe(
      0,
    );
  });
});

test('what limits would have refused yesterday', async () => {
  const yesterday = '2025-12-31T';
  await used('2025-12-30T12:00:00Z', { tokens: 500, cost: 5_000 });
  for (let n = 0; n < 5; n += 1) await used(`${yesterday}12:00:00Z`);
  await used(`${yesterday}12:00:30Z`, { outcome: 'rate_limited' });
  await used(`${yesterday}23:59:59Z`);
  const preview = async (...wanted: QuotaRulesSet['rules']) => {
    const asked = { subject: 'user', id: ann.id, rules: wanted };
    return (await ann.browser.query('quotas.preview', asked)).data as QuotaPreview;
  };
  expect(await preview()).toMatchObject({ requests: 6, refused: 0 });
  expect(await preview(limit('requests-per-minute', 3))).toMatchObject({
    requests: 6,
    refused: 2,
    examples: [
      { metric: 'requests-per-minute', at: `${yesterday}12:00:00.000Z` },
      { metric: 'requests-per-minute' },
    ],
  });
  expect(await preview(limit('tokens-per-month', 540))).toMatchObject({ refused: 2 });
  expect(await preview(limit('cost-per-day', 100))).toMatchObject({ refused: 5 });
});

test('who previews without end is told to wait; others are not', async () => {
  const dora = await console.signedIn('member');
  const ask = (who: typeof dora) =>
    who.browser.query('quotas.preview', { subject: 'user', id: who.id, rules: [] });
  const codes: unknown[] = [];
  for (let n = 0; n < 13; n += 1) codes.push(await codeOf(ask(dora)));
  expect(codes).toEqual([...Array(12).fill('ok'), 'TOO_MANY_REQUESTS']);
  expect(await codeOf(ask(await console.signedIn('member')))).toBe('ok');
});

test('people see their own limits and those of their keys that work, the fullest first', async () => {
  const mine = async (who: Browser) => (await who.query('quotas.mine')).data as MyLimits;
  const cleo = await console.signedIn('member');
  expect(await mine(cleo.browser)).toEqual({ zone: 'UTC', own: [], keys: [], more: 0 });
  const keyOf = async (name: string, more: { expiresAt?: Date; revokedAt?: Date } = {}) => {
    const id = newId();
    const secret = { secretHash: newId(), prefix: 'gh-' };
    await console.db.apiKey.create({ data: { id, ownerId: cleo.id, name, ...secret, ...more } });
    await set(admin, { subject: 'key', id, rules: [limit('tokens-per-day', 100)] });
    return id;
  };
  const [calm, full] = [await keyOf('calm'), await keyOf('full')];
  await keyOf('expired', { expiresAt: new Date('2025-12-31T00:00:00Z') });
  await keyOf('revoked', { revokedAt: new Date('2025-12-31T00:00:00Z') });
  await set(admin, { subject: 'key', id: full, rules: [limit('tokens-per-day', 0)] });
  await set(admin, { subject: 'user', id: cleo.id, rules: [limit('concurrency', 2)] });
  expect(await mine(cleo.browser)).toMatchObject({
    own: [{ subject: 'user', metric: 'concurrency', limit: 2, used: 0, held: 0 }],
    keys: [
      { id: full, name: 'full', limits: [{ limit: 0 }] },
      { id: calm, name: 'calm', limits: [{ limit: 100 }] },
    ],
    more: 0,
  });
});

test('a trust level has limits that its people see as theirs, and only those without their own', async () => {
  const dan = await console.signedIn('member');
  const level = { subject: 'trust-level', id: '2' } as const;
  const rules = [limit('concurrency', 3), limit('tokens-per-day', 50)];
  expect(await set(admin, { ...level, rules })).toHaveLength(2);
  await set(admin, { subject: 'user', id: dan.id, rules: [limit('concurrency', 8)] });
  await console.db.user.update({ where: { id: dan.id }, data: { trustLevel: 2 } });
  const own = [
    { subject: 'user', id: dan.id, metric: 'tokens-per-day', limit: 50, trustLevel: 2 },
    { subject: 'user', id: dan.id, metric: 'concurrency', limit: 8 },
  ];
  const mine = (await dan.browser.query('quotas.mine')).data as MyLimits;
  expect(mine.own).toMatchObject(own);
  expect(mine.own[1]).not.toHaveProperty('trustLevel');
  expect((await admin.query('quotas.ofUser', { id: dan.id })).data).toEqual(mine);
  expect(await codeOf(admin.query('quotas.ofUser', { id: newId() }))).toBe('NOT_FOUND');
  // What is set for the level is nobody's own: a member neither sees nor sets it.
  expect(await codeOf(dan.browser.query('quotas.list', level))).toBe('NOT_FOUND');
  const change = (who: Browser, id: string) =>
    codeOf(who.mutate('quotas.set', { subject: 'trust-level', id, rules: [] }));
  expect(await change(dan.browser, '2')).toBe('NOT_FOUND');
  expect(await change(admin, '5')).toBe('NOT_FOUND');
});
