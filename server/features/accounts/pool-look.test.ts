import { describe, expect, test } from 'vitest';
import type { Asker, Candidate, Principal, Route } from '../../gateway/ports.ts';
import { hashText } from '../../infra/text-hash.ts';
import { accountTag } from '../../platforms/account-tag.ts';
import { fakeClock } from '../../testing/fake-clock.ts';
import { createLoads } from './account-loads.ts';
import { active, type Standing } from './account-state.ts';
import type { UsableAccount } from './accounts.pool.repo.ts';
import { NO_TERMS } from './loan-terms.ts';
import { createPoolLook } from './pool-look.ts';
import { createPoolMembers } from './pool-members.ts';
import { createStandings } from './standings.ts';

const ADA: Principal = { userId: 'ada', keyId: null, allowedModels: [], scopes: [], rules: [] };
const LAB: Route = { platformId: 'lab', upstreamModel: 'tiny', weight: 1, priority: 0 };
const MANY = 10_000;
const SOON = fakeClock().now() + 60_000;

const lent = (at: number, more: Partial<UsableAccount> = {}): UsableAccount => ({
  id: `account-${at}`,
  ownerId: 'bob',
  proxyId: null,
  renewable: null,
  platformId: 'lab',
  shared: true,
  secret: null,
  options: {},
  terms: NO_TERMS,
  modelsOff: [],
  maxConcurrency: 4,
  standing: active(0),
  models: {},
  ...more,
});
const crowd = (count: number, more?: (at: number) => Partial<UsableAccount>) =>
  Array.from({ length: count }, (_, at) => lent(at, more?.(at)));
const resting = (until: number): { standing: Standing } => ({
  standing: { state: 'cooling', cause: 'server', since: 0, until, strikes: {} },
});

async function poolOf(rows: UsableAccount[]) {
  const table = { rows };
  const clock = fakeClock();
  const members = createPoolMembers({
    usable: async () => table.rows,
    usableOf: async (ids) => table.rows.filter(({ id }) => ids.includes(id)),
  });
  const standings = createStandings({
    repo: { move: async () => true },
    clock,
    zone: 'UTC',
    newId: () => 'event',
    reload: async () => undefined,
    changed: members.touch,
    onError: () => undefined,
  });
  const loads = createLoads(clock);
  let looks = 0;
  const look = createPoolLook({
    members,
    standings: {
      of: standings.of,
      isActive(...asked) {
        looks += 1;
        return standings.isActive(...asked);
      },
    },
    loads,
    lentUse: { of: () => 0 },
    clock,
    zone: 'UTC',
    quotaGroup: (_platformId, model) => model,
  });
  const load = async (ids: readonly string[] | null) => standings.load(await members.load(ids));
  await load(null);
  const consider = (asker: Partial<Asker> = {}, routes = [LAB]) =>
    look.consider(routes, { principal: ADA, model: 'm', ...asker });
  return {
    ...{ clock, consider, load, loads, members, standings, table },
    looksOf(work: () => unknown): number {
      looks = 0;
      work();
      return looks;
    },
    ids: (asker?: Partial<Asker>, routes?: Route[]) =>
      consider(asker, routes).candidates.map(({ accountId }) => accountId),
  };
}
type Pool = Awaited<ReturnType<typeof poolOf>>;

/** Whom a conversation is drawn to, by the same rule for every list of candidates. */
function homeOf(candidates: readonly Candidate[], talk: number): string {
  const drawOf = ({ accountId, weight }: Candidate) =>
    weight / -Math.log((hashText(`${talk} ${accountId}`) + 0.5) / 2 ** 32);
  return [...candidates].sort((a, b) => drawOf(b) - drawOf(a))[0]?.accountId ?? '';
}

const TALKS = Array.from({ length: 3_000 }, (_, at) => hashText(`talk ${at}`));
const homes = (pool: Pool, talks = TALKS) =>
  talks.map((start) => homeOf(pool.consider({ start }).candidates, start));

describe('of very many accounts', () => {
  test('a request looks at a few, whoever has lent or owns them', async () => {
    const pool = await poolOf(crowd(MANY));
    expect(pool.looksOf(() => expect(pool.ids({ start: 5 })).toHaveLength(32))).toBe(32);
    const bob = { principal: { ...ADA, userId: 'bob' } };
    expect(pool.looksOf(() => pool.ids(bob))).toBeLessThan(100);
    expect(new Set(pool.ids(bob)).size).toBe(pool.ids(bob).length);
  });

  test('of up to 64 all are looked at, with the weight of their route', async () => {
    const pool = await poolOf(crowd(64));
    expect(new Set(pool.ids({ start: 5 })).size).toBe(64);
    expect(pool.consider().candidates.every(({ weight }) => weight === 1)).toBe(true);
  });

  test('conversations are spread over all of them', async () => {
    const pool = await poolOf(crowd(200));
    const talks = Array.from({ length: 20_000 }, (_, at) => hashText(`talk ${at}`));
    const counts = Map.groupBy(homes(pool, talks), (id) => id);
    const shares = [...counts.values()].map(({ length }) => length);
    const squares = shares.reduce((sum, share) => sum + share * share, 0);
    expect(counts.size).toBe(200);
    expect(talks.length ** 2 / (200 * squares)).toBeGreaterThan(0.93);
  });

  test('a platform keeps its share beside one of fewer accounts', async () => {
    const few = crowd(10, (at) => ({ id: `few-${at}`, platformId: 'few' }));
    const pool = await poolOf([...crowd(990), ...few]);
    const routes = [LAB, { ...LAB, platformId: 'few' }];
    const won = TALKS.filter((start) =>
      homeOf(pool.consider({ start }, routes).candidates, start).startsWith('few'),
    );
    expect(won.length / TALKS.length).toBeLessThan(0.02);
    expect(won.length).toBeGreaterThan(5);
  });

  test('one that comes or goes moves hardly any conversation of others', async () => {
    const pool = await poolOf(crowd(1_000));
    const before = homes(pool);
    const gone = before[0] ?? '';
    pool.table.rows = pool.table.rows.filter(({ id }) => id !== gone);
    await pool.load([gone]);
    const moved = homes(pool).filter((home, at) => home !== before[at] && before[at] !== gone);
    expect(moved.length / TALKS.length).toBeLessThan(0.004);
    pool.table.rows.push(lent(Number(gone.replace('account-', ''))));
    await pool.load([gone]);
    expect(homes(pool)).toEqual(before);
  });

  test('every server finds the same ones, whatever the order and what rests beside', async () => {
    const rows = crowd(1_000);
    const before = homes(await poolOf(rows));
    const other = await poolOf(
      [...rows].reverse().map((row, at) => (at % 3 === 0 ? { ...row, ...resting(9e15) } : row)),
    );
    const well = new Set(rows.filter((_, at) => (999 - at) % 3 !== 0).map(({ id }) => id));
    const after = homes(other);
    for (const [at, home] of before.entries()) if (well.has(home)) expect(after[at]).toBe(home);
  });
});

describe('where hardly any has room', () => {
  test('the only one is found, from wherever the look starts', async () => {
    const pool = await poolOf(crowd(MANY, (at) => (at === 4_321 ? {} : resting(9e15))));
    for (const start of TALKS.slice(0, 50)) expect(pool.ids({ start })).toEqual(['account-4321']);
    expect(pool.looksOf(() => pool.ids({ start: 7 }))).toBeLessThan(500);
  });

  test('none has, and the first to return is told, without another look at all', async () => {
    const first = SOON;
    const pool = await poolOf(crowd(MANY, (at) => resting(first + ((at * 7_919) % MANY))));
    pool.consider({ start: 1 });
    for (const start of TALKS.slice(0, 50)) {
      const { candidates, skipped } = pool.consider({ start });
      expect(candidates).toEqual([]);
      expect(Math.min(...skipped.map(({ until }) => until ?? 0))).toBe(first);
      expect(skipped.length).toBeLessThan(50);
    }
    expect(pool.looksOf(() => pool.consider({ start: 9 }))).toBeLessThan(500);
  });

  test('it is seen at once when one returns, or is well again before', async () => {
    const pool = await poolOf(crowd(MANY, (at) => resting(SOON + at)));
    expect(pool.ids()).toEqual([]);
    const other = lent(7_000);
    await pool.standings.apply(other, null, { kind: 'enabled' }, null);
    expect(pool.ids()).toContain('account-7000');
    pool.clock.advance(60_000);
    expect(pool.ids()).toContain('account-0');
  });

  test('all have all they can do: one is offered to wait for, and found when it is free', async () => {
    const pool = await poolOf(crowd(MANY, () => ({ maxConcurrency: 1 })));
    for (const { id } of pool.table.rows) pool.loads.begin(id, false);
    const { candidates } = pool.consider({ start: 1 });
    expect(candidates.every(({ busy, most }) => busy === most)).toBe(true);
    expect(candidates.length).toBeGreaterThan(0);
    const [free] = pool.table.rows.slice(5_000);
    if (!free) throw new Error('nobody is there');
    pool.loads.end(free.id, false);
    pool.members.touch(free.id);
    const found = pool.consider({ start: 1 }).candidates.filter(({ busy }) => busy === 0);
    expect(found.map(({ accountId }) => accountId)).toEqual([free.id]);
  });

  test('what rests for everyone is not told of those who may not use it', async () => {
    const terms = { ...NO_TERMS, models: ['other'] };
    const pool = await poolOf(
      crowd(1_000, (at) => ({
        ...resting(SOON + at),
        ...(at === 777 ? { standing: { ...resting(SOON + 5_000).standing } } : { terms }),
      })),
    );
    pool.consider({ model: 'other' });
    for (const start of TALKS.slice(0, 20)) {
      const { skipped } = pool.consider({ start });
      const rests = skipped.filter(({ reason }) => reason === 'cooling');
      expect(rests).toMatchObject([{ accountId: 'account-777', until: SOON + 5_000 }]);
    }
  });
});

describe('always looked at', () => {
  test('are the own accounts and those lent by name, however many others are', async () => {
    const pool = await poolOf([
      ...crowd(1_000),
      lent(0, { id: 'own', ownerId: 'ada', shared: false }),
      lent(0, { id: 'named', terms: { ...NO_TERMS, users: ['ada'] } }),
      ...crowd(500, (at) => ({ id: `others-${at}`, terms: { ...NO_TERMS, users: ['carl'] } })),
    ]);
    for (const start of TALKS.slice(0, 50)) {
      expect(pool.ids({ start })).toEqual(expect.arrayContaining(['own', 'named']));
      expect(pool.ids({ start }).some((id) => id.startsWith('others'))).toBe(false);
    }
  });

  test('are the accounts that a request leans on or is bound to, once', async () => {
    const pool = await poolOf(crowd(1_000));
    const leansOn = [accountTag('account-3')];
    for (const start of TALKS.slice(0, 50)) {
      const { candidates } = pool.consider({ start, leansOn, holder: 'account-4' });
      const named = (id: string) => candidates.filter(({ accountId }) => accountId === id);
      expect(named('account-3')).toMatchObject([{ leaned: true }]);
      expect(named('account-4')).toMatchObject([{ leaned: false }]);
    }
    expect(pool.ids({ leansOn: [accountTag('nobody')], holder: 'gone' })).toHaveLength(32);
  });

  test('but not what is another person’s alone', async () => {
    const pool = await poolOf([...crowd(100), lent(0, { id: 'private', shared: false })]);
    expect(pool.ids({ holder: 'private' })).not.toContain('private');
  });
});

test('a loan that changes moves the account to those who may use it then', async () => {
  const pool = await poolOf(crowd(100));
  const change = async (more: Partial<UsableAccount>) => {
    pool.table.rows = [lent(7, more)];
    await pool.load(null);
  };
  await change({ terms: { ...NO_TERMS, users: ['carl'] } });
  expect(pool.consider()).toMatchObject({ candidates: [], skipped: [{ reason: 'terms' }] });
  await change({ shared: false });
  expect(pool.consider()).toEqual({ candidates: [], skipped: [] });
  await change({ platformId: 'other' });
  expect(pool.ids({}, [{ ...LAB, platformId: 'other' }])).toEqual(['account-7']);
  expect(pool.ids()).toEqual([]);
});
