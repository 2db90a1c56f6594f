import { beforeEach, describe, expect, test } from 'vitest';
import type { Route, Target } from '../../gateway/ports.ts';
import { hashText } from '../../infra/text-hash.ts';
import {
  ADA,
  a1,
  accountPool,
  BOB,
  b1,
  failed,
  KEY,
  ROUTES,
  WELL,
} from '../../testing/account-pool.ts';
import { NO_TERMS } from './loan-terms.ts';

let h: ReturnType<typeof accountPool>;
beforeEach(async () => {
  h = accountPool();
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
    const t = accountPool({
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
