import { beforeEach, describe, expect, test } from 'vitest';
import type { Outcome, Principal, Route, Target } from '../../gateway/ports.ts';
import { fakeChanges } from '../../testing/fake-changes.ts';
import { fakeClock } from '../../testing/fake-clock.ts';
import type { UsableAccount, UseNote } from './accounts.pool.repo.ts';
import { createAccountPool } from './accounts.pool.ts';

const ADA: Principal = { userId: 'ada', keyId: null, allowedModels: [], rules: [] };
const BOB: Principal = { ...ADA, userId: 'bob' };
const ROUTES: Route[] = [{ platformId: 'lab', upstreamModel: 'tiny', weight: 3, priority: 0 }];
const WELL = {
  platformId: 'lab',
  upstreamModel: 'tiny',
  weight: 3,
  priority: 0,
  busy: 0,
  most: null,
  remaining: 1,
  probing: false,
};
const KEY = 'sk-of-a1-0123456789';

const a1: UsableAccount = {
  id: 'a1',
  ownerId: 'ada',
  platformId: 'lab',
  shared: false,
  secret: `sealed:${KEY}`,
  options: {},
};
const b1: UsableAccount = {
  ...a1,
  id: 'b1',
  ownerId: 'bob',
  shared: true,
  secret: 'sealed:sk-of-b1',
};

function setUp() {
  const clock = fakeClock();
  const changes = fakeChanges();
  const table = { rows: [a1, b1] };
  const notes: UseNote[][] = [];
  const expired: unknown[][] = [];
  const errors: unknown[] = [];
  const opened: string[] = [];
  const pool = createAccountPool({
    repo: {
      usable: async () => table.rows,
      usableOf: async (ids, owners) =>
        table.rows.filter((row) => ids.includes(row.id) || owners.includes(row.ownerId)),
      expire: async (...args) => {
        expired.push(args);
        return true;
      },
      note: async (batch) => void notes.push([...batch]),
    },
    cipher: {
      seal: (plain) => `sealed:${plain}`,
      open(sealed, place) {
        opened.push(place.id);
        if (!sealed.startsWith('sealed:')) throw new Error('damaged');
        return sealed.slice('sealed:'.length);
      },
    },
    changes,
    clock,
    onError: (error) => errors.push(error),
  });
  const consider = (principal: Principal, routes = ROUTES) =>
    pool.consider(routes, { principal, model: 'm' });
  const ids = (principal: Principal) =>
    consider(principal).candidates.map((candidate) => candidate.accountId);
  async function takeFirst(principal = ADA): Promise<Target> {
    const [first] = consider(principal).candidates;
    if (!first) throw new Error('nobody is there');
    return pool.take(first);
  }
  async function fare(outcome: Outcome, principal = ADA) {
    pool.finish(await takeFirst(principal), outcome);
  }
  return {
    pool,
    clock,
    changes,
    table,
    notes,
    expired,
    errors,
    opened,
    consider,
    ids,
    takeFirst,
    fare,
  };
}

let h: ReturnType<typeof setUp>;
beforeEach(async () => {
  h = setUp();
  await h.pool.start();
});

describe('candidates', () => {
  test("are the own and the shared accounts of the routes' platforms", () => {
    expect(h.consider(ADA).candidates).toEqual([
      { accountId: 'a1', own: true, ...WELL },
      { accountId: 'b1', own: false, ...WELL },
    ]);
    expect(h.ids(BOB)).toEqual(['b1']);
    expect(h.consider(ADA, [{ ...ROUTES[0], platformId: 'other' } as Route])).toEqual({
      candidates: [],
      skipped: [],
    });
  });

  test('change with their accounts, their owners, and after a gap', async () => {
    h.table.rows = [b1];
    await h.changes.say('accounts', ['a1']);
    expect(h.ids(ADA)).toEqual(['b1']);
    h.table.rows = [];
    await h.changes.say('users', ['bob']);
    expect(h.ids(ADA)).toEqual([]);
    h.table.rows = [a1];
    await h.changes.gap();
    expect(h.ids(ADA)).toEqual(['a1']);
  });

  test('are all read again when it is not said which changed', async () => {
    h.table.rows = [];
    await h.changes.say('accounts', []);
    expect(h.ids(ADA)).toEqual([]);
  });
});

describe('take and finish', () => {
  test('hand out the opened key once, and count who is busy', async () => {
    const target = await h.takeFirst();
    expect(target).toMatchObject({ accountId: 'a1', secret: KEY, upstreamModel: 'tiny' });
    const second = await h.takeFirst();
    expect(h.consider(ADA).candidates[0]?.busy).toBe(2);
    h.pool.finish(target, { kind: 'ok' });
    h.pool.finish(target, { kind: 'ok' });
    expect(h.consider(ADA).candidates[0]?.busy).toBe(1);
    h.pool.finish(second, { kind: 'neutral' });
    expect(h.consider(ADA).candidates[0]?.busy).toBe(0);
    expect(h.opened).toEqual(['a1']);
  });

  test('refuse an account that vanished or was withdrawn meanwhile', async () => {
    const [own, lent] = h.consider(ADA).candidates;
    h.table.rows = [{ ...b1, shared: false }];
    await h.changes.say('accounts', ['a1', 'b1']);
    for (const gone of [own, lent]) {
      if (!gone) throw new Error('no candidate');
      await expect(h.pool.take(gone)).rejects.toMatchObject({ code: 'no_account' });
    }
  });

  test('refuse an account whose key cannot be opened, say why, and offer it no more', async () => {
    h.table.rows = [{ ...a1, secret: 'broken' }];
    await h.changes.gap();
    await expect(h.takeFirst()).rejects.toMatchObject({ code: 'no_account' });
    expect(h.errors).toHaveLength(1);
    expect(h.ids(ADA)).toEqual([]);
    await h.pool.close();
    expect(h.notes.flat()[0]?.error?.text).toMatch(/enter it again/);
  });

  test('use a new key at once', async () => {
    await h.takeFirst();
    h.table.rows = [{ ...a1, secret: 'sealed:sk-new' }];
    await h.changes.say('accounts', ['a1', 'b1']);
    expect((await h.takeFirst()).secret).toBe('sk-new');
  });
});

describe('a failure', () => {
  test('rests the account for as long as the platform asked', async () => {
    await h.fare({ kind: 'rate_limited', retryAfterMs: 7_000, message: 'slow down' });
    expect(h.ids(ADA)).toEqual(['b1']);
    expect(h.consider(ADA).skipped).toEqual([
      { accountId: 'a1', platformId: 'lab', reason: 'cooling', until: h.clock.now() + 7_000 },
    ]);
    expect(h.pool.coolingUntil('a1')).toBe(h.clock.now() + 7_000);
    expect(h.pool.ready('lab', { userId: 'ada' })).toBe(1);
    h.clock.advance(7_000);
    expect(h.ids(ADA)).toEqual(['a1', 'b1']);
    expect(h.consider(ADA).skipped).toEqual([]);
    expect(h.pool.coolingUntil('a1')).toBeNull();
  });

  test('keeps resting it when the account is read again', async () => {
    await h.fare({ kind: 'failed', message: 'broken' });
    await h.changes.gap();
    expect(h.ids(ADA)).toEqual(['b1']);
  });

  test('of the request itself says nothing about the account', async () => {
    await h.fare({ kind: 'neutral' });
    expect(h.ids(ADA)).toEqual(['a1', 'b1']);
  });

  test('tells nobody of an account they may not use', async () => {
    await h.fare({ kind: 'failed', message: 'broken' });
    expect(h.consider(BOB).skipped).toEqual([]);
  });

  test('of the key expires the account at once, with the key masked in what it said', async () => {
    await h.fare({ kind: 'unauthorised', message: `Incorrect API key provided: ${KEY}.` });
    expect(h.ids(ADA)).toEqual(['b1']);
    expect(h.expired).toEqual([['a1', a1.secret, 'Incorrect API key provided: ….', h.clock.now()]]);
  });

  test('of an old key leaves the new one alone', async () => {
    const old = await h.takeFirst();
    h.table.rows = [{ ...a1, secret: 'sealed:sk-new' }, b1];
    await h.changes.say('accounts', ['a1']);
    h.pool.finish(old, { kind: 'unauthorised', message: 'no' });
    expect(h.ids(ADA)).toContain('a1');
    expect(h.expired[0]?.[1]).toBe(a1.secret);
  });
});

describe('what is written of uses', () => {
  test('goes together once a minute, the last error with it, without the key', async () => {
    await h.fare({ kind: 'ok' });
    await h.fare({ kind: 'failed', message: `bad ${KEY}` });
    h.clock.advance(59_999);
    expect(h.notes).toEqual([]);
    const failedAt = h.clock.now() - 59_999;
    await h.fare({ kind: 'ok' });
    h.clock.advance(1);
    expect(h.notes).toEqual([
      [{ id: 'a1', usedAt: failedAt + 59_999, error: { text: 'bad …', at: failedAt } }],
    ]);
  });

  test('is not lost when the server stops', async () => {
    await h.fare({ kind: 'ok' }, BOB);
    await h.pool.close();
    expect(h.notes.flat().map((note) => note.id)).toEqual(['b1']);
  });
});
