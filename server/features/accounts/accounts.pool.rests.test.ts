import { beforeEach, describe, expect, test } from 'vitest';
import type { Outcome, Route } from '../../gateway/ports.ts';
import {
  ADA,
  a1,
  accountPool,
  BOB,
  b1,
  failed,
  KEY,
  limited,
  ROUTES,
} from '../../testing/account-pool.ts';

let h: ReturnType<typeof accountPool>;
beforeEach(async () => {
  h = accountPool();
  await h.pool.start();
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
