import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { Outcome, Principal } from '../../gateway/ports.ts';
import { createCipher } from '../../infra/cipher.ts';
import { newId } from '../../infra/ids.ts';
import { createPool } from '../../infra/postgres/pool.ts';
import { type SupplyConsole, startSupplyConsole } from '../../testing/supply-console.ts';
import { createAccountPool, createAccountPoolRepo } from './index.ts';

const ROUTES = [{ platformId: 'lab', upstreamModel: 'tiny', weight: 1, priority: 0 }];
const MINUTE = 60_000;

let h: SupplyConsole;
beforeAll(async () => {
  h = await startSupplyConsole();
});
afterAll(() => h[Symbol.asyncDispose]());

const limited = (more: Partial<Extract<Outcome, { kind: 'rate_limited' }>> = {}): Outcome => ({
  kind: 'rate_limited',
  cause: 'burst',
  scope: 'account',
  returnsAt: h.clock.now() + MINUTE,
  message: 'slow down',
  ...more,
});

/** A member with an account on `lab`. */
async function someone(input: object = {}) {
  const person = await h.signedIn('member');
  const principal: Principal = {
    userId: person.id,
    keyId: null,
    allowedModels: [],
    scopes: [],
    rules: [],
  };
  const account = { platformId: 'lab', name: 'mine', apiKey: 'sk-0123456789ab', ...input };
  const { data, error } = await person.browser.mutate('accounts.create', account);
  if (error) throw new Error(JSON.stringify(error));
  return { ...person, principal, accountId: (data as { id: string }).id };
}
type Someone = Awaited<ReturnType<typeof someone>>;

function look(pool: Pick<SupplyConsole['pool'], 'consider'>, who: Someone, owner = who) {
  const { candidates, skipped } = pool.consider(ROUTES, { principal: who.principal, model: 'm' });
  const isIts = ({ accountId }: { accountId: string }) => accountId === owner.accountId;
  return { candidate: candidates.find(isIts), skipped: skipped.find(isIts) };
}

async function fare(who: Someone, outcome: Outcome) {
  const { candidate } = look(h.pool, who);
  if (!candidate) throw new Error('the account is not offered');
  h.pool.finish(await h.pool.take(candidate), outcome);
}

/** A second server on the same database, or the first one after a restart. */
async function anotherPool() {
  const pg = createPool(h.databaseUrl, { max: 2, onConnectionError: () => undefined });
  const pool = createAccountPool({
    repo: createAccountPoolRepo(pg),
    cipher: createCipher({ current: 'k', keys: { k: Buffer.alloc(32) } }),
    changes: h.events,
    clock: h.clock,
    zone: 'UTC',
    newId,
    quotaGroup: (_platformId, model) => model,
    onError: () => undefined,
  });
  await pool.start();
  return {
    ...pool,
    async [Symbol.asyncDispose]() {
      await pool.close();
      await pg.end();
    },
  };
}

/** The account as `viewer` finds it in the list. */
async function seen(viewer: Someone, { accountId }: Someone) {
  const { data } = await viewer.browser.query('accounts.list');
  return (data as { id: string }[]).find(({ id }) => id === accountId);
}

const rowOf = ({ accountId: id }: Someone) => h.db.account.findUniqueOrThrow({ where: { id } });

test('a rest is known to every server within moments, and so is its end', async () => {
  const ada = await someone();
  await using other = await anotherPool();
  await fare(ada, limited());
  const until = h.clock.now() + MINUTE;
  await vi.waitFor(() =>
    expect(look(other, ada).skipped).toMatchObject({ reason: 'cooling', until }),
  );
  h.clock.advance(MINUTE);
  expect(look(other, ada).candidate).toMatchObject({ probing: true });
  await fare(ada, { kind: 'ok' });
  await vi.waitFor(() => expect(look(other, ada).candidate).toMatchObject({ probing: false }));
  expect(await rowOf(ada)).toMatchObject({ state: 'active', stateCause: null, stateUntil: null });
});

test('a state survives a restart, that of one model too', async () => {
  const ada = await someone();
  const day = h.clock.now() + 3_600_000;
  await fare(ada, limited({ cause: 'quota', scope: 'model', returnsAt: day }));
  await vi.waitFor(async () => expect(await h.db.accountModelState.count()).toBe(1));
  expect(await seen(ada, ada)).toMatchObject({
    state: 'active',
    resting: [{ state: 'exhausted', cause: 'quota', until: new Date(day).toISOString() }],
  });
  {
    await using other = await anotherPool();
    expect(look(other, ada).skipped).toMatchObject({ reason: 'exhausted', until: day });
  }
  h.clock.advance(3_600_000);
  expect(await seen(ada, ada)).toMatchObject({ resting: [] });
  await fare(ada, { kind: 'ok' });
  await vi.waitFor(async () => expect(await h.db.accountModelState.count()).toBe(0));
});

test('fifty failures at once are one change', async () => {
  const ada = await someone();
  const targets = [];
  for (let n = 0; n < 50; n += 1) {
    const { candidate } = look(h.pool, ada);
    if (candidate) targets.push(await h.pool.take(candidate));
  }
  for (const target of targets) h.pool.finish(target, limited());
  await vi.waitFor(async () => expect((await rowOf(ada)).state).toBe('cooling'));
  expect(targets).toHaveLength(50);
  expect((await rowOf(ada)).strikes).toEqual({ burst: 1 });
  expect(await h.db.accountEvent.count({ where: { accountId: ada.accountId } })).toBe(1);
});

test('the history tells the owner what happened, and nobody else', async () => {
  const ada = await someone();
  await fare(ada, limited());
  await vi.waitFor(async () => expect((await rowOf(ada)).state).toBe('cooling'));
  h.clock.advance(1_000);
  await ada.browser.mutate('accounts.update', { id: ada.accountId, enabled: false });
  const { data } = await ada.browser.query('accounts.history', { id: ada.accountId });
  expect(data).toMatchObject({
    rows: [
      { kind: 'state', state: 'disabled', cause: 'person' },
      { kind: 'state', state: 'cooling', cause: 'burst', message: 'slow down', actorName: null },
    ],
    nextCursor: null,
  });
  const bob = await h.signedIn('member');
  for (const [name, input] of [
    ['accounts.history', { id: ada.accountId }],
    [
      'accounts.use',
      { id: ada.accountId, from: '2026-01-01T00:00:00Z', to: '2026-01-02T00:00:00Z' },
    ],
  ] as const) {
    const { error } = await bob.browser.query(name, input);
    expect(error).toMatchObject({ data: { appCode: 'not_found' } });
  }
});

test('terms of a loan bind others, and withdrawing it ends new use at once', async () => {
  const ada = await someone({ shared: true });
  const bob = await someone({ name: 'other' });
  expect(look(h.pool, bob, ada).candidate).toBeDefined();
  const change = (input: object) =>
    ada.browser.mutate('accounts.update', { id: ada.accountId, ...input });
  await change({ loan: { models: ['other-model'] } });
  expect(look(h.pool, bob, ada).skipped).toMatchObject({ reason: 'terms' });
  expect(look(h.pool, ada).candidate).toBeDefined();
  await change({ loan: {}, shared: false });
  expect(look(h.pool, bob, ada)).toEqual({});
  const { data } = await ada.browser.query('accounts.history', { id: ada.accountId });
  const kinds = (data as { rows: { kind: string }[] }).rows.map(({ kind }) => kind);
  expect(kinds.sort()).toEqual(['lent', 'terms', 'withdrawn']);
});

test('a personal account is lent only where an admin allowed it, and no longer than that', async () => {
  const ada = await someone({ policyClass: 'personal' });
  const bob = await someone({ name: 'other' });
  const change = (input: object) =>
    ada.browser.mutate('accounts.update', { id: ada.accountId, ...input });
  const refused = { data: { appCode: 'forbidden', param: 'shared' } };
  expect((await change({ shared: true })).error).toMatchObject(refused);
  const admin = await h.signedIn('admin');
  const allow = (input: object) =>
    admin.browser.mutate('accounts.allowPersonalLending', { platformId: 'lab', ...input });
  expect((await allow({ allowed: true })).error).toBeDefined();
  expect((await allow({ allowed: true, termsRead: true })).error).toBeUndefined();
  expect((await change({ shared: true })).error).toBeUndefined();
  expect(look(h.pool, bob, ada).candidate).toBeDefined();

  await allow({ allowed: false });
  expect(look(h.pool, bob, ada)).toEqual({});
  expect(look(h.pool, ada).candidate).toBeDefined();
  expect(await seen(ada, ada)).toMatchObject({ shared: true, paused: true });
  expect(await seen(bob, ada)).toBeUndefined();
  // The loan counts for nothing, and its owner goes on with everything else.
  expect((await change({ name: 'renamed', shared: true, enabled: false })).error).toBeUndefined();
  expect((await change({ enabled: true })).error).toBeUndefined();

  await allow({ allowed: true, termsRead: true });
  expect(look(h.pool, bob, ada).candidate).toBeDefined();
  expect(await seen(ada, ada)).toMatchObject({ paused: false });
  await allow({ allowed: false });
  await change({ shared: false });
  expect((await change({ shared: true })).error).toMatchObject(refused);
});

test('a lent account that becomes personal needs the admin’s word, too', async () => {
  const ada = await someone({ shared: true });
  const change = (input: object) =>
    ada.browser.mutate('accounts.update', { id: ada.accountId, ...input });
  const { error } = await change({ policyClass: 'personal' });
  expect(error).toMatchObject({ data: { appCode: 'forbidden', param: 'shared' } });
  expect((await change({ policyClass: 'personal', shared: false })).error).toBeUndefined();
});

test('an account is seen by those it is lent to, and its terms by its owner', async () => {
  const [bob, carl] = [await someone({ name: 'b' }), await someone({ name: 'c' })];
  const ada = await someone({ shared: true, loan: { users: [bob.id] } });
  expect(await seen(bob, ada)).toMatchObject({ mine: false, loan: null, lentToday: 0 });
  expect(await seen(carl, ada)).toBeUndefined();
  expect(await seen(ada, ada)).toMatchObject({ loan: { users: [bob.id] }, zone: 'UTC' });
});

describe('who used it', () => {
  const DAY = 86_400_000;
  const at = (days: number) => new Date(h.clock.now() - days * DAY);
  async function use(account: Someone, who: Someone, model: string, days: number) {
    const createdAt = at(days);
    const counts = { cachedTokens: 0, outputTokens: 2, reasoningTokens: 0, latencyMs: 1 };
    const facts = { door: 'chat', outcome: 'ok', status: 200, attempts: 1, estimated: false };
    await h.db.usage.create({
      data: {
        ...counts,
        ...facts,
        ...{ id: newId(), createdAt, userId: who.id, accountId: account.accountId, model },
        ...{ stream: false, inputTokens: 10, cost: 5n },
      },
    });
  }
  const range = (days: number) => ({ from: at(days).toISOString(), to: at(-1).toISOString() });

  test('is told by person and model, and by day when asked', async () => {
    const [ada, bob] = [await someone({ shared: true }), await someone({ name: 'b' })];
    await use(ada, bob, 'm1', 0);
    await use(ada, bob, 'm1', 0);
    await use(ada, bob, 'm1', 3);
    await use(ada, ada, 'm2', 3);
    const asked = { id: ada.accountId, ...range(10) };
    const day = (days: number) => at(days).toISOString().slice(0, 10);
    expect((await ada.browser.query('accounts.use', asked)).data).toMatchObject({
      rows: [
        { day: null, userId: bob.id, model: 'm1', requests: 3, tokens: 36, cost: 15 },
        { day: null, userId: ada.id, model: 'm2', requests: 1, tokens: 12, cost: 5 },
      ],
      cut: false,
    });
    const daily = await ada.browser.query('accounts.use', { ...asked, daily: true });
    const { rows } = daily.data as { rows: object[] };
    expect(rows).toHaveLength(3);
    expect(rows[0]).toMatchObject({ day: day(0), userId: bob.id, requests: 2, tokens: 24 });
    expect(rows.slice(1)).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ day: day(3), userId: ada.id, model: 'm2' }),
        expect.objectContaining({ day: day(3), userId: bob.id, requests: 1 }),
      ]),
    );
  });

  test('no borrower learns of another one', async () => {
    const [bob, carl] = [await someone({ name: 'b' }), await someone({ name: 'c' })];
    const ada = await someone({ shared: true, loan: { users: [bob.id, carl.id] } });
    await use(ada, carl, 'm1', 0);
    const asked = { id: ada.accountId, ...range(1) };
    for (const answer of [
      await bob.browser.query('accounts.use', asked),
      await bob.browser.query('accounts.use', { ...asked, daily: true }),
      await bob.browser.query('accounts.history', { id: ada.accountId }),
      await bob.browser.query('accounts.list'),
    ]) {
      expect(answer.text).not.toContain(carl.id);
      expect(answer.text).not.toContain(carl.username);
    }
  });
});
