import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createMeters } from './meters.ts';

const quota = (remaining: number) => ({ name: 'a1', remaining });

test('two at the same time share what the account lost', () => {
  const meters = createMeters();
  meters.begin('one', quota(0.8));
  meters.begin('two', quota(0.8));
  expect(meters.end('one', quota(0.7))).toEqual({ before: 0.8, after: 0.7, lost: 50_000n });
  expect(meters.end('two', quota(0.7))).toEqual({ before: 0.8, after: 0.7, lost: 50_000n });
});

test('what the owner uses meanwhile is nobody’s loan', () => {
  const meters = createMeters();
  meters.begin('one', quota(0.8));
  meters.end('one', quota(0.75));
  meters.begin('two', quota(0.5));
  expect(meters.end('two', quota(0.45))?.lost).toBe(50_000n);
});

test('a reset between two that overlap hides no loss and makes none', () => {
  const meters = createMeters();
  meters.begin('one', quota(0.1));
  meters.begin('two', quota(1));
  expect(meters.end('two', quota(0.9))?.lost).toBe(50_000n);
  expect(meters.end('one', quota(0.85))?.lost).toBe(100_000n);
});

test('one that came to nothing pays nothing, once', () => {
  const meters = createMeters();
  meters.begin('one', quota(0.8));
  meters.begin('two', quota(0.8));
  meters.drop('two', 'a1');
  expect(meters.end('two', quota(0.7))).toBeNull();
  expect(meters.end('one', quota(0.7))?.lost).toBe(100_000n);
  expect(meters.size()).toBe(0);
});

/** What happens to an account: a request begins, the oldest or newest ends, or its quota moves. */
const step = fc.oneof(
  fc.constant('begin' as const),
  fc.constant('end oldest' as const),
  fc.constant('end newest' as const),
  fc.integer({ min: 1, max: 200_000 }).map((used) => ({ used })),
  fc.integer({ min: 1, max: 100 }).map((resetTo) => ({ resetTo: resetTo * 10_000 })),
);

/** An account in use, and beside the meters a plain count of what it lost while anything ran. */
function inUse() {
  const meters = createMeters();
  const running: string[] = [];
  const sums = { lost: 0, charged: 0n };
  let [left, seen] = [1_000_000, 1_000_000];
  const look = () => {
    if (running.length > 0) sums.lost += Math.max(0, seen - left);
    seen = left;
    return quota(left / 1_000_000);
  };
  const end = (id: string) => {
    const reading = meters.end(id, look());
    running.splice(running.indexOf(id), 1);
    expect(reading?.lost).toBeGreaterThanOrEqual(0n);
    sums.charged += reading?.lost ?? 0n;
  };
  return {
    ...{ meters, sums },
    begin(id: string) {
      meters.begin(id, look());
      running.push(id);
    },
    endOldest: () => running.slice(0, 1).forEach(end),
    endNewest: () => running.slice(-1).forEach(end),
    endAll: () => [...running].forEach(end),
    moveTo: (change: (left: number) => number) => {
      left = Math.max(0, change(left));
    },
  };
}

test('over any order of requests, what is charged is what was seen to be lost while they ran', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const account = inUse();
      for (const [index, what] of steps.entries()) {
        if (what === 'begin') account.begin(`r${index}`);
        else if (what === 'end oldest') account.endOldest();
        else if (what === 'end newest') account.endNewest();
        else account.moveTo((left) => ('used' in what ? left - what.used : what.resetTo));
      }
      account.endAll();
      expect(account.sums.charged).toBe(BigInt(account.sums.lost));
      expect(account.meters.size()).toBe(0);
    }),
  );
});
