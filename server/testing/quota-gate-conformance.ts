import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { LoadUsed, WatchedQuotaGate } from '#server/features/quotas/index.ts';
import type { Hold, Spend } from '#server/gateway/ports.ts';
import { AppError } from '#shared/errors.ts';
import { QuotaMetric, type QuotaRule, type QuotaSubject } from '#shared/schemas/quotas.ts';
import { type FakeClock, fakeClock } from './fake-clock.ts';

export type GateOptions = {
  clock: FakeClock;
  zone: string;
  loadUsed: LoadUsed;
  longestHoldMs: number;
};
export type MakeGate = (options: GateOptions) => WatchedQuotaGate;

/** What a test limits: metric by metric. */
type Limits = Partial<Record<QuotaMetric, number>>;
type SetUp = {
  limits?: Partial<Record<QuotaSubject, Limits>>;
  used?: Partial<Spend>;
  zone?: string;
  now?: number;
  longestHoldMs?: number;
};

const HALF_PAST_NOON = Date.UTC(2026, 0, 1, 12, 30, 30);
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const LONGEST_HOLD_MS = HOUR_MS;
const NOTHING: Spend = { tokens: 0, cost: 0 };
let serial = 0;

/** A fresh gate with rules that no other test has. */
function prepare(makeGate: MakeGate) {
  return ({
    limits = {},
    used = {},
    zone = 'UTC',
    now = HALF_PAST_NOON,
    longestHoldMs = 40 * DAY_MS,
  }: SetUp) => {
    serial += 1;
    const clock = fakeClock(now);
    const loads: { name: string; since: number }[] = [];
    const gate = makeGate({
      clock,
      zone,
      longestHoldMs,
      async loadUsed(subject, id, since) {
        loads.push({ name: `${subject}:${id}`, since });
        return { ...NOTHING, ...used };
      },
    });
    const rules = Object.entries(limits).flatMap(([subject, some]): QuotaRule[] =>
      Object.entries(some).map(([metric, limit]) => ({
        subject: subject as QuotaSubject,
        id: `${subject}-${serial}`,
        metric: QuotaMetric.parse(metric),
        limit,
      })),
    );
    const hold = (spend: Partial<Spend> = {}, some: readonly QuotaRule[] = rules) =>
      gate.hold({ rules: some, requestId: 'r', ...NOTHING, ...spend });
    const refusal = async (spend: Partial<Spend> = {}, some = rules) => {
      try {
        await hold(spend, some);
        return null;
      } catch (thrown) {
        if (!(thrown instanceof AppError)) throw thrown;
        return thrown;
      }
    };
    const settle = (held: Hold, spent: Partial<Spend> = {}) =>
      gate.settle(held, { ...NOTHING, ...spent });
    /** Used and held of each rule, in their order. */
    const taken = async () =>
      (await gate.state(rules)).map(({ used: taken, held }) => [taken, held] as const);
    return { clock, gate, hold, loads, refusal, rules, settle, taken };
  };
}

const granted = async (holds: Promise<Hold>[]) =>
  (await Promise.allSettled(holds)).filter(({ status }) => status === 'fulfilled').length;

/** Tests every implementation of QuotaGate has to pass. Each call of `makeGate` gives a fresh one. */
export function quotaGateConformance(makeGate: MakeGate): void {
  const setUp = prepare(makeGate);

  describe.each<[QuotaMetric, number, Partial<Spend>]>([
    ['requests-per-minute', 100, {}],
    ['tokens-per-minute', 1_000, { tokens: 10 }],
    ['tokens-per-day', 1_000, { tokens: 10 }],
    ['tokens-per-month', 1_000, { tokens: 10 }],
    ['cost-per-day', 5_000_000, { cost: 50_000 }],
    ['cost-per-month', 5_000_000, { cost: 50_000 }],
    ['concurrency', 100, {}],
  ])('%s', (metric, limit, spend) => {
    test('500 requests at once against room for 100: exactly 100 pass', async () => {
      const { hold, gate, rules } = setUp({ limits: { key: { [metric]: limit } } });
      expect(await granted(Array.from({ length: 500 }, () => hold(spend)))).toBe(100);
      const [state] = await gate.state(rules);
      expect((state?.used ?? 0) + (state?.held ?? 0)).toBe(limit);
    });

    test('the refusal names the rule, and all rules that were looked at', async () => {
      const { hold, refusal, rules } = setUp({
        limits: { user: { 'tokens-per-day': 9_000_000 }, key: { [metric]: limit } },
      });
      for (let n = 0; n < 100; n += 1) await hold(spend);
      const refused = await refusal(spend);
      expect(refused?.limits).toMatchObject([
        { ...rules[0], decided: false },
        { ...rules[1], decided: true, asked: Object.values(spend)[0] ?? 1 },
      ]);
      const deciding = refused?.limits?.[1];
      expect((deciding?.used ?? 0) + (deciding?.held ?? 0)).toBe(limit);
      expect(refused?.message).toMatch(/^This key may /);
      expect(refused?.retryAfterMs).toBeGreaterThan(0);
    });

    test('a limit of 0 refuses everything, and says that waiting does not help', async () => {
      const { refusal } = setUp({ limits: { key: { [metric]: 0 } } });
      expect((await refusal())?.message).toContain('Nothing is allowed');
    });

    test('after the end nothing is held', async () => {
      const { hold, settle, taken } = setUp({ limits: { key: { [metric]: limit } } });
      const holds = await Promise.all([hold(spend), hold(spend)]);
      for (const one of holds) settle(one, spend);
      const each = metric === 'concurrency' ? 0 : (Object.values(spend)[0] ?? 1);
      expect(await taken()).toEqual([[2 * each, 0]]);
    });
  });

  describe('what people have for their trust level', () => {
    const ofLevel = (id: string, metric: QuotaMetric, limit: number): QuotaRule => ({
      ...{ subject: 'user', id, metric, limit, trustLevel: 2 },
    });

    test('is counted for each by themselves, and the refusal says where it comes from', async () => {
      const { gate, hold, refusal } = setUp({});
      serial += 1;
      const [ann, ben] = [`ann-${serial}`, `ben-${serial}`];
      const rules = [ofLevel(ann, 'concurrency', 2)];
      await hold({}, rules);
      await hold({}, rules);
      const refused = await refusal({}, rules);
      expect(refused).toMatchObject({ code: 'rate_limited', limits: [{ trustLevel: 2 }] });
      expect(refused?.message).toContain('This user (trust level 2) may have 2 requests');
      expect(await refusal({}, [ofLevel(ben, 'concurrency', 2)])).toBeNull();
      expect(await gate.state(rules)).toMatchObject([{ trustLevel: 2, limit: 2 }]);
    });

    test('goes on counting when the person gets a limit of their own, or another level', async () => {
      const { hold, refusal, settle } = setUp({});
      serial += 1;
      const id = `eve-${serial}`;
      settle(await hold({ tokens: 80 }, [ofLevel(id, 'tokens-per-day', 100)]), { tokens: 80 });
      const { trustLevel: _, ...own } = ofLevel(id, 'tokens-per-day', 90);
      expect(await refusal({ tokens: 11 }, [own])).toMatchObject({ code: 'quota_exhausted' });
      const next = { ...ofLevel(id, 'tokens-per-day', 200), trustLevel: 3 };
      expect(await refusal({ tokens: 120 }, [next])).toBeNull();
    });
  });

  describe('minutes', () => {
    test('the next minute starts anew, and the refusal says when', async () => {
      const { clock, hold, refusal } = setUp({ limits: { key: { 'requests-per-minute': 1 } } });
      await hold();
      const refused = await refusal();
      expect(refused).toMatchObject({ code: 'rate_limited', retryAfterMs: 30_000 });
      expect(refused?.message).toContain('2026-01-01 12:31:00 UTC');
      clock.advance(29_999);
      expect(await refusal()).not.toBeNull();
      clock.advance(1);
      expect(await refusal()).toBeNull();
    });

    test('settling gives no request back within the minute', async () => {
      const { hold, refusal, settle } = setUp({ limits: { key: { 'requests-per-minute': 1 } } });
      settle(await hold());
      expect(await refusal()).toMatchObject({ code: 'rate_limited' });
    });
  });

  describe('tokens and money', () => {
    test('what was held and not used is there again after settling', async () => {
      const { hold, refusal, settle } = setUp({ limits: { key: { 'tokens-per-day': 100 } } });
      const first = await hold({ tokens: 90 });
      expect(await refusal({ tokens: 20 })).toMatchObject({ code: 'quota_exhausted' });
      settle(first, { tokens: 30 });
      expect(await refusal({ tokens: 70 })).toBeNull();
      expect(await refusal({ tokens: 1 })).toMatchObject({ code: 'quota_exhausted' });
    });

    test('settling twice counts once', async () => {
      const { hold, settle, taken } = setUp({ limits: { key: { 'tokens-per-day': 100 } } });
      const first = await hold({ tokens: 10 });
      settle(first, { tokens: 10 });
      settle(first, { tokens: 10 });
      expect(await taken()).toEqual([[10, 0]]);
    });

    test('an answer longer than what was held counts whole', async () => {
      const { hold, refusal, settle } = setUp({ limits: { key: { 'tokens-per-day': 100 } } });
      settle(await hold({ tokens: 10 }), { tokens: 250 });
      expect(await refusal({ tokens: 1 })).toMatchObject({ code: 'quota_exhausted' });
    });

    test('the refusal names numbers and the reset at midnight', async () => {
      const { hold, refusal, settle } = setUp({ limits: { key: { 'tokens-per-day': 100 } } });
      settle(await hold({ tokens: 10 }), { tokens: 40 });
      await hold({ tokens: 50 });
      const refused = await refusal({ tokens: 20 });
      expect(refused?.message).toMatch(/100 tokens.*40.*50.*20.*2026-01-02 00:00:00 UTC/s);
      expect(refused?.retryAfterMs).toBe(11.5 * HOUR_MS - 30_000);
    });

    test('money is told in dollars', async () => {
      const { hold, refusal, settle } = setUp({
        limits: { user: { 'cost-per-month': 2_500_000 } },
      });
      settle(await hold({ cost: 1 }), { cost: 1_250_000 });
      const refused = await refusal({ cost: 1_300_000 });
      expect(refused?.message).toMatch(/^This user may spend \$2\.50 per month: \$1\.25 .*\$1\.30/);
      expect(refused?.message).toContain('2026-02-01 00:00:00 UTC');
    });

    test('a new day starts anew, and yesterday settles into yesterday', async () => {
      const { clock, hold, refusal, settle } = setUp({
        limits: { key: { 'tokens-per-day': 100 } },
      });
      const yesterday = await hold({ tokens: 100 });
      clock.advance(11.5 * HOUR_MS);
      const today = await hold({ tokens: 60 });
      settle(yesterday, { tokens: 100 });
      expect(await refusal({ tokens: 41 })).not.toBeNull();
      settle(today, { tokens: 60 });
      expect(await refusal({ tokens: 40 })).toBeNull();
    });

    test('a restart forgets nothing: counting begins at what the ledger has', async () => {
      const limits = { key: { 'tokens-per-day': 100, 'cost-per-month': 1_000 } };
      const { loads, refusal, rules } = setUp({ limits, used: { tokens: 95, cost: 900 } });
      expect(await refusal({ tokens: 6 })).toMatchObject({ code: 'quota_exhausted' });
      expect(await refusal({ cost: 101 })).toMatchObject({ code: 'quota_exhausted' });
      expect(await refusal({ tokens: 4, cost: 100 })).toBeNull();
      expect(loads).toEqual(
        [HALF_PAST_NOON - (12.5 * HOUR_MS + 30_000), Date.UTC(2026, 0, 1)].map((since) => ({
          name: `key:${rules[0]?.id}`,
          since,
        })),
      );
    });

    test('the ledger is read once for a crowd, and never where nothing is limited', async () => {
      const { hold, loads } = setUp({ limits: { key: { 'tokens-per-day': 1_000 } } });
      await Promise.all(Array.from({ length: 50 }, () => hold({ tokens: 1 })));
      expect(loads).toHaveLength(1);
      const free = setUp({});
      await free.hold({ tokens: 1_000_000 });
      expect(free.loads).toEqual([]);
    });
  });

  describe('calendars', () => {
    test.each([
      ['a month of 31 days', 'UTC', '2026-01-31T23:59:59Z', '2026-02-01 00:00:00 UTC'],
      ['a short month', 'UTC', '2026-02-28T12:00:00Z', '2026-03-01 00:00:00 UTC'],
      ['the end of a year', 'UTC', '2026-12-31T23:00:00Z', '2027-01-01 00:00:00 UTC'],
      [
        'a zone ahead',
        'Asia/Shanghai',
        '2026-01-31T15:00:00Z',
        '2026-02-01 00:00:00 Asia/Shanghai',
      ],
      [
        'a zone behind',
        'America/New_York',
        '2026-02-01T04:00:00Z',
        '2026-02-01 00:00:00 America/New_York',
      ],
    ])('%s', async (_what, zone, now, reset) => {
      const at = Date.parse(now);
      const limits = { key: { 'tokens-per-month': 10 } };
      const { clock, hold, refusal } = setUp({ limits, zone, now: at });
      await hold({ tokens: 10 });
      const refused = await refusal({ tokens: 1 });
      expect(refused?.message).toContain(reset);
      clock.advance((refused?.retryAfterMs ?? 0) - 1);
      expect(await refusal({ tokens: 1 })).not.toBeNull();
      clock.advance(1);
      expect(await refusal({ tokens: 1 })).toBeNull();
    });

    test.each([
      ['a day of 23 hours', '2026-03-08T05:00:00Z', 23],
      ['a day of 25 hours', '2026-11-01T04:00:00Z', 25],
    ])('%s, where clocks change', async (_what, midnight, hours) => {
      const now = Date.parse(midnight);
      const limits = { key: { 'tokens-per-day': 10 } };
      const { hold, refusal } = setUp({ limits, zone: 'America/New_York', now });
      await hold({ tokens: 10 });
      expect((await refusal({ tokens: 1 }))?.retryAfterMs).toBe(hours * HOUR_MS);
    });
  });

  describe('a clock that jumps', () => {
    test('back: nobody gets the same minute or day twice', async () => {
      const limits = { key: { 'requests-per-minute': 1 }, user: { 'tokens-per-day': 100 } };
      const { clock, hold, refusal } = setUp({ limits, used: { tokens: 0 } });
      await hold({ tokens: 60 });
      clock.advance(-1_000);
      expect(await refusal()).toMatchObject({ code: 'rate_limited' });
      clock.advance(-5 * 60_000);
      expect(await refusal()).toMatchObject({ code: 'rate_limited' });
      clock.advance(60_000);
      expect(await refusal({ tokens: 41 })).toMatchObject({ code: 'quota_exhausted' });
    });

    test('forward by a day and back: what is held is held still', async () => {
      const { clock, hold, refusal, settle, taken } = setUp({
        limits: { key: { 'tokens-per-day': 100 } },
      });
      const first = await hold({ tokens: 60 });
      clock.advance(DAY_MS);
      expect(await refusal({ tokens: 100 })).toBeNull();
      clock.advance(-DAY_MS);
      expect(await refusal({ tokens: 41 })).not.toBeNull();
      settle(first, { tokens: 10 });
      expect(await taken()).toEqual([[10, 0]]);
    });

    test('back over midnight: yesterday is counted from the ledger', async () => {
      const { clock, hold, refusal } = setUp({
        limits: { key: { 'tokens-per-day': 100 } },
        used: { tokens: 90 },
      });
      await hold({ tokens: 10 });
      clock.advance(-DAY_MS);
      expect(await refusal({ tokens: 11 })).not.toBeNull();
      expect(await refusal({ tokens: 10 })).toBeNull();
    });
  });

  test('all or nothing: a refusal by one rule takes nothing of the others', async () => {
    const { hold, refusal, taken } = setUp({
      limits: {
        user: { 'requests-per-minute': 9, 'tokens-per-day': 100, concurrency: 9 },
        key: { 'requests-per-minute': 1 },
      },
    });
    await hold({ tokens: 10 });
    for (let n = 0; n < 5; n += 1) {
      expect(await refusal({ tokens: 10 })).toMatchObject({ code: 'rate_limited' });
    }
    expect(await taken()).toEqual([
      [1, 0],
      [0, 10],
      [0, 1],
      [1, 0],
    ]);
  });

  test('a hold nobody settles is released, and settling it later is harmless', async () => {
    const limits = { key: { concurrency: 1 } };
    const { clock, hold, refusal, settle } = setUp({ limits, longestHoldMs: LONGEST_HOLD_MS });
    const lost = await hold();
    clock.advance(LONGEST_HOLD_MS - 1);
    expect(await refusal()).not.toBeNull();
    clock.advance(1);
    const next = await hold();
    settle(lost);
    expect(await refusal()).not.toBeNull();
    settle(next);
    expect(await refusal()).toBeNull();
  });

  test('settling something unknown is harmless', async () => {
    const { gate, refusal } = setUp({ limits: { key: { 'tokens-per-day': 10 } } });
    gate.settle({ id: 'never-made', limits: [] }, { tokens: 10, cost: 10 });
    expect(await refusal({ tokens: 10 })).toBeNull();
  });

  test.each([Number.NaN, -5, 3.4, Number.POSITIVE_INFINITY])(
    'odd usage %s keeps counters sane',
    async (odd) => {
      const { hold, refusal, settle } = setUp({ limits: { key: { 'tokens-per-day': 100 } } });
      settle(await hold({ tokens: 10 }), { tokens: odd });
      expect(await refusal({ tokens: 97 })).toBeNull();
    },
  );

  type Action = { hold: number } | { settle: number; part: number };
  const action: fc.Arbitrary<Action> = fc.oneof(
    fc.record({ hold: fc.integer({ min: 0, max: 40 }) }),
    fc.record({ settle: fc.nat(30), part: fc.double({ min: 0, max: 1, noNaN: true }) }),
  );

  test('no interleaving exceeds the limit or goes below nothing', async () => {
    async function run(actions: readonly Action[]) {
      const limit = 100;
      const { hold, settle, taken } = setUp({ limits: { user: { 'tokens-per-day': limit } } });
      const book = createBook(limit);

      async function tryHold(tokens: number) {
        const fits = book.fits(tokens);
        const got = await hold({ tokens }).catch(() => null);
        expect(got !== null).toBe(fits);
        if (got) book.held(got, tokens);
      }

      function end(entry: Entry | undefined, part: number) {
        if (!entry) return;
        const tokens = Math.floor(entry.tokens * part);
        settle(entry.hold, { tokens });
        book.settled(entry, tokens);
      }

      for (const step of actions) {
        if ('hold' in step) await tryHold(step.hold);
        else end(book.pick(step.settle), step.part);
      }
      expect(await taken()).toEqual([book.total()]);
    }
    await fc.assert(fc.asyncProperty(fc.array(action, { maxLength: 60 }), run), { numRuns: 100 });
  });
}

type Entry = { hold: Hold; tokens: number; settled: boolean };

/** The gate's arithmetic done a second time, the plain way. */
function createBook(limit: number) {
  const entries: Entry[] = [];
  let used = 0;
  let held = 0;
  return {
    fits: (tokens: number) => used + held + Math.max(1, tokens) <= limit,
    held(hold: Hold, tokens: number) {
      held += tokens;
      entries.push({ hold, tokens, settled: false });
    },
    pick: (at: number) => entries[at % Math.max(1, entries.length)],
    settled(entry: Entry, spent: number) {
      if (entry.settled) return;
      entry.settled = true;
      held -= entry.tokens;
      used += spent;
    },
    total: () => [used, held] as const,
  };
}
