import { beforeEach, describe, expect, test } from 'vitest';
import type { Outcome, Principal, Route, Target } from '../../gateway/ports.ts';
import { hashText } from '../../infra/text-hash.ts';
import { fakeChanges } from '../../testing/fake-changes.ts';
import { fakeClock } from '../../testing/fake-clock.ts';
import { active } from './account-state.ts';
import type { Move, UsableAccount, UseNote } from './accounts.pool.repo.ts';
import { createAccountPool, type TokenRenewal } from './accounts.pool.ts';
import { NO_TERMS } from './loan-terms.ts';

const ADA: Principal = { userId: 'ada', keyId: null, allowedModels: [], scopes: [], rules: [] };
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
  leaned: false,
};
const limited = (returnsAt: number | null, cause: 'burst' | 'quota' = 'burst') =>
  ({ kind: 'rate_limited', cause, scope: 'account', returnsAt, message: 'slow down' }) as const;
const failed = (message: string) =>
  ({ kind: 'failed', cause: 'server', returnsAt: null, message }) as const;
const KEY = 'sk-of-a1-0123456789';

const a1: UsableAccount = {
  proxyId: null,
  renewable: null,
  modelsOff: [],
  id: 'a1',
  ownerId: 'ada',
  platformId: 'lab',
  shared: false,
  secret: `sealed:${KEY}`,
  options: {},
  terms: NO_TERMS,
  maxConcurrency: null,
  standing: active(0),
  models: {},
};
const b1: UsableAccount = {
  ...a1,
  id: 'b1',
  ownerId: 'bob',
  shared: true,
  secret: 'sealed:sk-of-b1',
};

function setUp(renewal?: TokenRenewal) {
  const clock = fakeClock();
  const changes = fakeChanges();
  const table = { rows: [a1, b1] };
  const notes: UseNote[][] = [];
  const moves: Move[] = [];
  const used = new Map<string, number>();
  let made = 0;
  const proved: string[] = [];
  const errors: unknown[] = [];
  const opened: string[] = [];
  const pool = createAccountPool({
    repo: {
      usable: async () => table.rows,
      usableOf: async (ids, owners) =>
        table.rows.filter((row) => ids.includes(row.id) || owners.includes(row.ownerId)),
      move: async (move) => {
        moves.push(move);
        const stored = table.rows.find(({ id }) => id === move.id);
        if (stored?.secret !== move.sealed) return false;
        const { model, to } = move;
        const changed =
          model === null ? { standing: to } : { models: { ...stored.models, [model]: to } };
        table.rows = table.rows.map((row) => (row === stored ? { ...row, ...changed } : row));
        return true;
      },
      prove: async ({ id }) => void proved.push(id),
      lentSince: async () => used,
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
    zone: 'UTC',
    newId: () => `event-${++made}`,
    quotaGroup: (_platformId, model) => model.replace(/ [12]$/, ' family'),
    ...(renewal && { renewal }),
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
    moves,
    proved,
    used,
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

describe('an account with an access token', () => {
  async function withToken(endsInMs: number) {
    const calls: string[] = [];
    const token = (secret: string, endsAt: number | null) => {
      t.table.rows = [{ ...a1, secret: `sealed:${secret}`, renewable: { endsAt } }];
    };
    const renewed = async () => {
      token('at-new', null);
      await t.pool.refresh(['a1']);
    };
    const t = setUp({
      renew: async (id, used) => {
        calls.push(`renew ${id} ${used}`);
        await renewed();
        return true;
      },
      ahead: async () => {
        calls.push('ahead');
        await renewed();
      },
      worked: (_id, sealed) => void calls.push(`worked ${sealed}`),
    });
    token('at-old', t.clock.now() + endsInMs);
    await t.pool.start();
    return { ...t, calls };
  }

  test('is renewed before it is used when that has ended, and meanwhile when it ends soon', async () => {
    const ended = await withToken(1_000);
    expect([(await ended.takeFirst()).secret, ended.calls]).toEqual(['at-new', ['ahead']]);
    const soon = await withToken(30_000);
    expect([(await soon.takeFirst()).secret, soon.calls]).toEqual(['at-old', ['ahead']]);
    const later = await withToken(90_000);
    expect([(await later.takeFirst()).secret, later.calls]).toEqual(['at-old', []]);
  });

  test('gets another after a refusal, and what comes of that is about the new one', async () => {
    const t = await withToken(90_000);
    const target = await t.takeFirst();
    expect(await t.pool.renew?.(target)).toBe(true);
    expect(target.secret).toBe('at-new');
    t.pool.answering(target, null);
    t.pool.answering(target, null);
    expect(t.calls).toEqual(['renew a1 at-old', 'worked sealed:at-new']);
    t.pool.finish(target, { kind: 'unauthorised', message: 'no' });
    await t.pool.close();
    expect(t.moves.map(({ sealed, to }) => [sealed, to.state])).toEqual([
      ['sealed:at-new', 'expired'],
    ]);
  });
});

describe('an account is proved', () => {
  test('by an answer of its platform, once for each key', async () => {
    for (let n = 0; n < 3; n += 1) {
      const target = await h.takeFirst();
      h.pool.answering(target, null);
      h.pool.finish(target, { kind: 'ok' });
    }
    expect(h.proved).toEqual(['a1']);
    h.table.rows = [{ ...a1, secret: 'sealed:another' }];
    await h.changes.say('accounts', ['a1', 'b1']);
    h.pool.answering(await h.takeFirst(), null);
    expect(h.proved).toEqual(['a1', 'a1']);
  });

  test('not by what was answered here without it, nor by a refusal', async () => {
    await h.fare({ kind: 'ok' });
    await h.fare({ kind: 'unauthorised', message: 'no' });
    expect(h.proved).toEqual([]);
  });
});

describe('candidates', () => {
  test("are the own and the shared accounts of the routes' platforms", () => {
    expect(h.consider(ADA).candidates).toEqual([
      { accountId: 'a1', own: true, place: hashText('a1'), ...WELL },
      { accountId: 'b1', own: false, place: hashText('b1'), ...WELL },
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
    await h.fare(limited(h.clock.now() + 7_000));
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
    await h.fare(failed('broken'));
    await h.changes.gap();
    expect(h.ids(ADA)).toEqual(['b1']);
  });

  test('of the request itself says nothing about the account', async () => {
    await h.fare({ kind: 'neutral' });
    expect(h.ids(ADA)).toEqual(['a1', 'b1']);
  });

  test('tells nobody of an account they may not use', async () => {
    await h.fare(failed('broken'));
    expect(h.consider(BOB).skipped).toEqual([]);
  });

  test('of the key expires the account at once, with the key masked in what it said', async () => {
    await h.fare({ kind: 'unauthorised', message: `Incorrect API key provided: ${KEY}.` });
    expect(h.ids(ADA)).toEqual(['b1']);
    expect(h.moves).toMatchObject([
      { id: 'a1', model: null, to: { state: 'expired', cause: 'credential' } },
    ]);
    expect(h.moves[0]).toMatchObject({
      sealed: a1.secret,
      message: 'Incorrect API key provided: ….',
    });
  });

  test('of an old key leaves the new one alone', async () => {
    const old = await h.takeFirst();
    h.table.rows = [{ ...a1, secret: 'sealed:sk-new' }, b1];
    await h.changes.say('accounts', ['a1']);
    h.pool.finish(old, { kind: 'unauthorised', message: 'no' });
    expect(h.ids(ADA)).toContain('a1');
    expect(h.moves).toEqual([]);
  });
});

describe('an account whose rest is over', () => {
  beforeEach(async () => {
    h.table.rows = [a1];
    await h.changes.gap();
    await h.fare(failed('broken'));
    h.clock.advance(5_000);
  });

  test('gets one request at a time until one succeeds', async () => {
    expect(h.consider(ADA).candidates).toMatchObject([{ probing: true }]);
    const probe = await h.takeFirst();
    expect(h.consider(ADA)).toMatchObject({
      candidates: [],
      skipped: [{ accountId: 'a1', reason: 'cooling', until: null }],
    });
    h.pool.finish(probe, { kind: 'ok' });
    expect(h.consider(ADA).candidates).toMatchObject([{ probing: false }]);
  });

  test('is well as soon as the platform begins to answer', async () => {
    const probe = await h.takeFirst();
    h.pool.answering(probe, null);
    expect(h.consider(ADA).candidates).toMatchObject([{ probing: false, busy: 1 }]);
  });

  test('may be tried again when the client of the probe left', async () => {
    h.pool.finish(await h.takeFirst(), { kind: 'neutral' });
    expect(h.consider(ADA).candidates).toMatchObject([{ probing: true }]);
  });

  test('rests twice as long when the probe fails', async () => {
    await h.fare(failed('still broken'));
    expect(h.pool.coolingUntil('a1')).toBe(h.clock.now() + 10_000);
  });

  test('is not taken twice by two who considered it at once', async () => {
    const [candidate] = h.consider(ADA).candidates;
    if (!candidate) throw new Error('nobody is there');
    await h.pool.take(candidate);
    await expect(h.pool.take(candidate)).rejects.toMatchObject({ code: 'no_account' });
  });
});

describe('what a platform says is left', () => {
  test('is the share of the candidate, until its reset', async () => {
    const target = await h.takeFirst();
    h.pool.answering(target, { remaining: 0.25, resetAt: h.clock.now() + 60_000 });
    expect(h.consider(ADA).candidates[0]).toMatchObject({ remaining: 0.25 });
    h.clock.advance(60_000);
    expect(h.consider(ADA).candidates[0]).toMatchObject({ remaining: 1 });
  });

  test('rests the model that has nothing left, and no other', async () => {
    const target = await h.takeFirst();
    const resetAt = h.clock.now() + 8 * 3_600_000;
    h.pool.answering(target, { remaining: 0, resetAt });
    expect(h.consider(ADA).skipped).toEqual([
      { accountId: 'a1', platformId: 'lab', reason: 'exhausted', until: resetAt },
    ]);
    const other = [{ ...ROUTES[0], upstreamModel: 'large' } as Route];
    expect(h.consider(ADA, other).candidates.map(({ accountId }) => accountId)).toContain('a1');
  });
});

describe('models that share a limit at the platform', () => {
  const family = (number: 1 | 2) => [{ ...ROUTES[0], upstreamModel: `opus ${number}` }] as Route[];
  const offers = (routes: readonly Route[]) =>
    h.consider(ADA, [...routes]).candidates.map(({ accountId }) => accountId);
  async function fareAs(routes: Route[], outcome: Outcome) {
    const [candidate] = h.consider(ADA, routes).candidates;
    if (!candidate) throw new Error('nobody is there');
    h.pool.finish(await h.pool.take(candidate), outcome);
  }
  const modelLimited = { ...limited(null), scope: 'model' as const };

  test('rest together, and return together', async () => {
    await fareAs(family(1), modelLimited);
    expect(offers(family(2))).not.toContain('a1');
    expect(offers(ROUTES)).toContain('a1');
    expect(h.pool.live('a1').models).toMatchObject({ 'opus family': { state: 'cooling' } });
    h.clock.advance(5_000);
    await fareAs(family(2), { kind: 'ok' });
    expect(h.pool.live('a1').models).toEqual({});
    expect(offers(family(1))).toContain('a1');
  });

  test('have the same part left', async () => {
    const [candidate] = h.consider(ADA, family(1)).candidates;
    if (!candidate) throw new Error('nobody is there');
    const target = await h.pool.take(candidate);
    h.pool.answering(target, { remaining: 0.25, resetAt: h.clock.now() + 60_000 });
    expect(h.consider(ADA, family(2)).candidates[0]).toMatchObject({ remaining: 0.25 });
    expect(h.consider(ADA).candidates[0]).toMatchObject({ remaining: 1 });
  });

  test('forget a rest from before they did', async () => {
    const until = h.clock.now() + 60_000;
    const standing = { state: 'cooling', cause: 'burst', since: 0, until, strikes: {} } as const;
    h.table.rows = [{ ...a1, models: { 'opus 1': standing, tiny: standing } }];
    await h.changes.gap();
    expect(h.pool.live('a1').models).toEqual({ tiny: standing });
  });
});

describe('how much an account does at once', () => {
  test('is bounded: a full one stays a candidate and is not taken', async () => {
    h.table.rows = [{ ...a1, maxConcurrency: 1 }];
    await h.changes.gap();
    const running = await h.takeFirst();
    expect(h.consider(ADA).candidates).toMatchObject([{ busy: 1, most: 1 }]);
    await expect(h.takeFirst()).rejects.toMatchObject({ code: 'no_account' });
    h.pool.finish(running, { kind: 'ok' });
    await h.takeFirst();
  });
});

test('of very many accounts that have all they can do, one that gets room is found', async () => {
  h.table.rows = Array.from({ length: 300 }, (_, at) => ({
    ...b1,
    id: `b${at}`,
    maxConcurrency: 1,
  }));
  await h.changes.gap();
  const taken: Target[] = [];
  const free = () => h.consider(ADA).candidates.filter(({ busy }) => busy === 0);
  for (let [next] = free(); next; [next] = free()) taken.push(await h.pool.take(next));
  expect(taken).toHaveLength(300);
  for (const target of taken.slice(-50)) {
    h.pool.finish(target, { kind: 'ok' });
    const [found] = free();
    expect(found?.accountId).toBe(target.accountId);
    if (found) await h.pool.take(found);
  }
});

test('a model that was switched off for an account is served by it for nobody, its owner included', async () => {
  h.table.rows = [
    { ...a1, modelsOff: ['m'] },
    { ...b1, modelsOff: ['another'] },
  ];
  await h.changes.gap();
  expect(h.consider(ADA)).toMatchObject({ candidates: [{ accountId: 'b1' }], skipped: [] });
  h.table.rows = [{ ...a1, modelsOff: ['another', 'm'] }];
  await h.changes.gap();
  expect(h.consider(ADA)).toEqual({ candidates: [], skipped: [] });
});

describe('a loan', () => {
  test('serves those whom its terms name; the owner is under none of them', async () => {
    h.table.rows = [{ ...b1, terms: { ...NO_TERMS, users: ['carl'] } }];
    await h.changes.gap();
    expect(h.ids(ADA)).toEqual([]);
    expect(h.consider(ADA).skipped).toMatchObject([{ accountId: 'b1', reason: 'terms' }]);
    expect(h.ids(BOB)).toEqual(['b1']);
  });

  test('ends for the day when others used what they may', async () => {
    h.table.rows = [{ ...b1, terms: { ...NO_TERMS, tokensPerDay: 100 } }];
    await h.changes.gap();
    h.used.set('b1', 100);
    h.clock.advance(10_000);
    await Promise.resolve();
    await Promise.resolve();
    expect(h.consider(ADA).skipped).toMatchObject([{ reason: 'terms' }]);
    expect(h.ids(BOB)).toEqual(['b1']);
  });

  test('that is withdrawn ends at once; what runs goes on', async () => {
    const running = await h.takeFirst(BOB);
    h.table.rows = [{ ...b1, shared: false }];
    await h.changes.gap();
    expect(h.consider(ADA)).toEqual({ candidates: [], skipped: [] });
    h.pool.finish(running, { kind: 'ok' });
  });
});

describe('what is written of uses', () => {
  test('goes together once a minute, the last error with it, without the key', async () => {
    await h.fare({ kind: 'ok' });
    await h.fare(failed(`bad ${KEY}`));
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
