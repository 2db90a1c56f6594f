import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { LoadUsedToday } from '#server/features/quotas/index.ts';
import type { Hold, Limit, Principal, QuotaGate } from '#server/gateway/ports.ts';
import { AppError } from '#shared/errors.ts';
import { type FakeClock, fakeClock } from './fake-clock.ts';

export type GateOptions = { clock: FakeClock; loadUsedToday: LoadUsedToday; longestHoldMs: number };
export type MakeGate = (options: GateOptions) => QuotaGate;

const NONE: Limit = { rpm: null, tokensPerDay: null };
const HALF_PAST_NOON = Date.UTC(2026, 0, 1, 12, 30, 30);
const LONGEST_HOLD_MS = 3_600_000;
let serial = 0;

/** Tests every implementation of QuotaGate has to pass. Each call of `makeGate` gives a fresh one. */
export function quotaGateConformance(makeGate: MakeGate): void {
  function setUp(limits: { user?: Partial<Limit>; key?: Partial<Limit> }, usedToday = 0) {
    serial += 1;
    const clock = fakeClock(HALF_PAST_NOON);
    const loads: string[] = [];
    const gate = makeGate({
      clock,
      longestHoldMs: LONGEST_HOLD_MS,
      async loadUsedToday(subject, id) {
        loads.push(`${subject}:${id}`);
        return usedToday;
      },
    });
    const principal: Principal = {
      userId: `u${serial}`,
      keyId: `k${serial}`,
      allowedModels: [],
      limits: [
        { subject: 'user', id: `u${serial}`, limit: { ...NONE, ...limits.user } },
        { subject: 'key', id: `k${serial}`, limit: { ...NONE, ...limits.key } },
      ],
    };
    const hold = (tokens = 0) => gate.hold({ principal, tokens, requestId: 'r' });
    const refusal = async (tokens = 0) => {
      const error: unknown = await hold(tokens).then(
        () => null,
        (thrown: unknown) => thrown,
      );
      if (error === null) return null;
      if (!(error instanceof AppError)) throw error;
      return error;
    };
    return { clock, gate, hold, refusal, loads };
  }

  describe('requests per minute', () => {
    test('500 requests at once against a limit of 100: exactly 100 pass', async () => {
      const { hold } = setUp({ key: { rpm: 100 } });
      const outcomes = await Promise.allSettled(Array.from({ length: 500 }, () => hold()));
      expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(100);
    });

    test('the next minute starts anew, and the refusal says when', async () => {
      const { clock, hold, refusal } = setUp({ key: { rpm: 1 } });
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
      const { gate, hold, refusal } = setUp({ key: { rpm: 1 } });
      gate.settle(await hold(), 0);
      expect(await refusal()).toMatchObject({ code: 'rate_limited' });
    });
  });

  describe('tokens per day', () => {
    test('500 requests of 10 tokens at once against 1000: exactly 100 pass', async () => {
      const { hold } = setUp({ user: { tokensPerDay: 1_000 } });
      const outcomes = await Promise.allSettled(Array.from({ length: 500 }, () => hold(10)));
      expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(100);
    });

    test('what was held and not used is there again after settling', async () => {
      const { gate, hold, refusal } = setUp({ key: { tokensPerDay: 100 } });
      const first = await hold(90);
      expect(await refusal(20)).toMatchObject({ code: 'quota_exhausted' });
      gate.settle(first, 30);
      expect(await refusal(70)).toBeNull();
      expect(await refusal(1)).toMatchObject({ code: 'quota_exhausted' });
    });

    test('settling twice counts once', async () => {
      const { gate, hold, refusal } = setUp({ key: { tokensPerDay: 100 } });
      const first = await hold(10);
      gate.settle(first, 10);
      gate.settle(first, 10);
      expect(await refusal(91)).not.toBeNull();
      expect(await refusal(90)).toBeNull();
    });

    test('an answer longer than what was held counts whole', async () => {
      const { gate, hold, refusal } = setUp({ key: { tokensPerDay: 100 } });
      gate.settle(await hold(10), 250);
      expect(await refusal(1)).toMatchObject({ code: 'quota_exhausted' });
    });

    test('the refusal names numbers and the reset at midnight UTC', async () => {
      const { gate, hold, refusal } = setUp({ key: { tokensPerDay: 100 } });
      gate.settle(await hold(10), 40);
      await hold(50);
      const refused = await refusal(20);
      expect(refused?.message).toMatch(/100 tokens.*40.*50.*20.*2026-01-02 00:00:00 UTC/s);
      expect(refused?.retryAfterMs).toBe(11.5 * 3_600_000 - 30_000);
    });

    test('a new day starts anew, and yesterday settles into yesterday', async () => {
      const { clock, gate, hold, refusal } = setUp({ key: { tokensPerDay: 100 } });
      const yesterday = await hold(100);
      clock.advance(11.5 * 3_600_000);
      const today = await hold(60);
      gate.settle(yesterday, 100);
      expect(await refusal(41)).not.toBeNull();
      gate.settle(today, 60);
      expect(await refusal(40)).toBeNull();
    });

    test('a restart forgets nothing: counting begins at what the ledger has of today', async () => {
      const { refusal } = setUp({ key: { tokensPerDay: 100 } }, 95);
      expect(await refusal(6)).toMatchObject({ code: 'quota_exhausted' });
      expect(await refusal(5)).toBeNull();
    });

    test('the ledger is read once for a crowd, and never where nothing is limited', async () => {
      const { hold, loads } = setUp({ key: { tokensPerDay: 1_000 } });
      await Promise.all(Array.from({ length: 50 }, () => hold(1)));
      expect(loads).toHaveLength(1);
      const free = setUp({});
      await free.hold(1_000_000);
      expect(free.loads).toEqual([]);
    });
  });

  test('all or nothing: a refusal by the key takes nothing from the user', async () => {
    const { hold, refusal } = setUp({ user: { rpm: 2, tokensPerDay: 100 }, key: { rpm: 1 } });
    await hold(10);
    for (let i = 0; i < 5; i += 1)
      expect(await refusal(10)).toMatchObject({ code: 'rate_limited' });
    const user = setUp({ user: { tokensPerDay: 100 }, key: { tokensPerDay: 50 } });
    expect(await user.refusal(60)).not.toBeNull();
    expect(await user.refusal(50)).toBeNull();
  });

  test('a hold nobody settles is released, and settling it later is harmless', async () => {
    const { clock, gate, hold, refusal } = setUp({ key: { tokensPerDay: 100 } });
    const lost = await hold(100);
    clock.advance(LONGEST_HOLD_MS - 1);
    expect(await refusal(100)).not.toBeNull();
    clock.advance(1);
    const next = await hold(100);
    gate.settle(lost, 100);
    gate.settle(next, 0);
    expect(await refusal(100)).toBeNull();
  });

  test('settling something unknown is harmless', async () => {
    const { gate, refusal } = setUp({ key: { tokensPerDay: 10 } });
    gate.settle({ id: 'never-made' }, 10);
    expect(await refusal(10)).toBeNull();
  });

  type Action = { hold: number } | { settle: number; part: number };
  const action: fc.Arbitrary<Action> = fc.oneof(
    fc.record({ hold: fc.integer({ min: 0, max: 40 }) }),
    fc.record({ settle: fc.nat(30), part: fc.double({ min: 0, max: 1, noNaN: true }) }),
  );

  test('no interleaving exceeds the limit or goes below nothing', async () => {
    async function run(actions: readonly Action[]) {
      const limit = 100;
      const { gate, hold } = setUp({ user: { tokensPerDay: limit } });
      const book = createBook(limit);

      async function tryHold(tokens: number) {
        const fits = book.fits(tokens);
        const got = await hold(tokens).catch(() => null);
        expect(got !== null).toBe(fits);
        if (got) book.held(got, tokens);
      }

      function settle(entry: Entry | undefined, part: number) {
        if (!entry) return;
        const spent = Math.floor(entry.tokens * part);
        gate.settle(entry.hold, spent);
        book.settled(entry, spent);
      }

      for (const step of actions) {
        if ('hold' in step) await tryHold(step.hold);
        else settle(book.pick(step.settle), step.part);
        expect(book.total()).toBeLessThanOrEqual(limit);
      }
    }
    await fc.assert(fc.asyncProperty(fc.array(action, { maxLength: 60 }), run), { numRuns: 200 });
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
    total: () => used + held,
  };
}
