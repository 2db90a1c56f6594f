import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  available,
  type Credit,
  FILL_MS,
  fullAt,
  lend,
  microsOf,
  noCredit,
  ONE_CREDIT,
  type RecoveryRule,
  recover,
  recoveryRate,
  reserve,
  settle,
  withdraw,
} from './credit.ts';

const HOUR = 3_600_000;
const credits = (amount: number) => BigInt(Math.round(amount * 1_000_000));

/** Someone who has lent so many whole accounts, on the documented rule. */
function lending(accounts: number, now = 0): Credit {
  let credit = noCredit(now);
  for (let n = 0; n < accounts; n += 1) credit = lend(credit, 1, now);
  return { ...credit, rate: recoveryRate('flat', { free: 0, paid: accounts }) };
}

describe('the worked example: three lent accounts', () => {
  test('the ceiling is 6.0 and 1.2 recover an hour', () => {
    const credit = lending(3);
    expect([credit.max, credit.rate]).toEqual([credits(6), credits(1.2)]);
    const empty = { ...credit, quota: 0n };
    expect(recover(empty, HOUR).quota).toBe(credits(1.2));
  });

  test('an empty pool is full after five hours, and not a moment sooner', () => {
    const empty = { ...lending(3), quota: 0n };
    expect(recover(empty, 5 * HOUR).quota).toBe(credits(6));
    expect(recover(empty, 5 * HOUR - 1).quota).toBeLessThan(credits(6));
    expect(fullAt(empty, 0)).toBe(5 * HOUR);
  });

  test('missed hours count all the same', () => {
    const empty = { ...lending(3), quota: 0n };
    expect(recover(empty, 3 * HOUR).quota).toBe(credits(3.6));
    expect(recover(empty, 700 * HOUR).quota).toBe(credits(6));
  });
});

describe('lending', () => {
  test('adds 2 to the ceiling and twice what the account has left', () => {
    const credit = lend(noCredit(0), 0.25, 0);
    expect([credit.max, credit.quota]).toEqual([credits(2), credits(0.5)]);
  });

  test('withdrawing takes both back, and nothing below zero', () => {
    const credit = withdraw({ ...lending(2), quota: credits(1) }, 1, 0);
    expect([credit.max, credit.quota]).toEqual([credits(2), 0n]);
  });

  test('withdrawing a used-up account leaves no more than the new ceiling', () => {
    const credit = withdraw(lending(2), 0.1, 0);
    expect([credit.max, credit.quota]).toEqual([credits(2), credits(2)]);
  });

  test('to spend, withdraw and lend again mints nothing', () => {
    const spent = settle(lending(1), { held: 0n, consumed: credits(2) }, 0);
    const again = lend(withdraw(spent, 1, 0), 1, 0);
    expect([again.max, again.quota]).toEqual([credits(2), 0n]);
  });

  test('five hours after a withdrawal lending brings the whole again', () => {
    const spent = settle(lending(1), { held: 0n, consumed: credits(2) }, 0);
    const gone = { ...withdraw(spent, 1, 0), rate: 0n };
    expect(lend(gone, 1, FILL_MS - 1).quota).toBe(0n);
    expect(lend(gone, 1, FILL_MS).quota).toBe(credits(2));
  });

  test('taken back in full it brings the same again at once', () => {
    const again = lend(withdraw(lending(1), 1, 0), 1, 0);
    expect(again.quota).toBe(credits(2));
  });
});

describe('recovery', () => {
  test.each<[RecoveryRule, number, number, number]>([
    ['flat', 0, 3, 1.2],
    ['flat', 2, 1, 1.2],
    ['tiered', 2, 1, 0.424],
    ['tiered', 1, 0, 0.012],
    ['tiered', 0, 0, 0],
  ])('%s: %i free and %i paid accounts bring %f an hour', (rule, free, paid, hourly) => {
    expect(recoveryRate(rule, { free, paid })).toBe(credits(hourly));
  });

  test('in many small steps comes to the same as in one', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(5_000), { maxLength: 200 }), fc.nat(7), (steps, accounts) => {
        const empty = { ...lending(accounts), quota: 0n };
        let now = 0;
        let credit = empty;
        for (const step of steps) {
          now += step;
          credit = recover(credit, now);
        }
        expect(credit).toEqual(recover(empty, now));
      }),
    );
  });

  test('pays a debt before it fills the pool', () => {
    const indebted = settle({ ...lending(1), quota: 0n }, { held: 0n, consumed: credits(0.4) }, 0);
    expect([indebted.quota, indebted.owed]).toEqual([0n, credits(0.4)]);
    const later = recover(indebted, 1.5 * HOUR);
    expect([later.quota, later.owed]).toEqual([credits(0.2), 0n]);
    expect(fullAt(indebted, 0)).toBe(6 * HOUR);
  });

  test('a clock that was set back changes nothing', () => {
    const credit = { ...lending(1, 10_000), quota: 0n };
    expect(recover(credit, 0)).toBe(credit);
  });

  test('is told as never for someone who lends nothing', () => {
    expect(fullAt(noCredit(0), 5)).toBe(5);
    expect(fullAt({ ...lending(1), quota: 0n, rate: 0n }, 0)).toBeNull();
  });
});

test('what is no fraction is none', () => {
  expect([Number.NaN, -1, 7, 0.5].map(microsOf)).toEqual([0n, 0n, ONE_CREDIT, credits(0.5)]);
});

test('credit for ten serves ten', () => {
  let credit: Credit | null = { ...lending(1), quota: credits(0.5), rate: 0n };
  let served = 0;
  for (let n = 0; n < 50; n += 1) {
    const next: Credit | null = credit && reserve(credit, credits(0.05), 0);
    if (!next) continue;
    credit = next;
    served += 1;
  }
  expect(served).toBe(10);
});

/** A life of credit: what is lent, what is held, and the rule of the day. */
class History {
  now = 0;
  accounts = 0;
  rule: RecoveryRule = 'flat';
  credit = noCredit(0);
  readonly holds: bigint[] = [];

  lend(fraction: number) {
    this.credit = lend(this.credit, fraction, this.now);
    this.accounts += 1;
  }
  withdraw(fraction: number) {
    if (this.accounts === 0) return;
    this.credit = withdraw(this.credit, fraction, this.now);
    this.accounts -= 1;
  }
  reserve(fraction: number) {
    const amount = microsOf(fraction) + 1n;
    const next = reserve(this.credit, amount, this.now);
    if (!next) return;
    this.holds.push(amount);
    this.credit = next;
  }
  settle(fraction: number) {
    const held = this.holds.shift() ?? 0n;
    this.credit = settle(this.credit, { held, consumed: microsOf(fraction) }, this.now);
  }
  release() {
    this.settle(0);
  }
  change(fraction: number) {
    this.rule = fraction < 0.5 ? 'flat' : 'tiered';
    this.credit = recover(this.credit, this.now);
  }
  setRate() {
    this.credit.rate = recoveryRate(this.rule, { free: 0, paid: this.accounts });
  }
}

const step = fc.record({
  wait: fc.oneof(fc.nat(1_000), fc.nat(20 * HOUR)),
  act: fc.constantFrom('lend', 'withdraw', 'reserve', 'settle', 'release', 'change'),
  fraction: fc.double({ min: 0, max: 1, noNaN: true }),
});

test('whatever happens: never negative, never above the ceiling, and the sum is conserved', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
      const history = new History();
      for (const { act, fraction, wait } of steps) {
        history.now += wait;
        history[act](fraction);
        history.setRate();
        expectSound(history);
      }
    }),
    { numRuns: 500 },
  );
});

function expectSound({ accounts, credit, holds }: History) {
  const { carry, granted, held, max, owed, quota, spent, taken, waived } = credit;
  expect(max).toBe(credits(2 * accounts));
  expect(held).toBe(holds.reduce((sum, hold) => sum + hold, 0n));
  expect([quota, max - quota, owed, carry, waived].filter((amount) => amount < 0n)).toEqual([]);
  // What came in is what went out, is held and is left, less what is still owed.
  const left = quota - held;
  expect(granted).toBe(taken + spent + held + left - owed);
  expect(available(credit)).toBe(left > 0n ? left : 0n);
}
