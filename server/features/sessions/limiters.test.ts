import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { AppError } from '#shared/errors.ts';
import { addressKey, createLimiters, createTries, type Tries } from './limiters.ts';

const RULE = { free: 3, firstWaitS: 10, longestWaitS: 60, memoryS: 3_600 };
const make = () => createTries({ name: 'test', rule: RULE, redis: null });

/** The wait a try is refused with, in seconds; 0 = it was let through. */
async function knock(tries: Tries, key = 'ada'): Promise<number> {
  try {
    await tries.take(key);
    return 0;
  } catch (error) {
    if (error instanceof AppError && error.code === 'too_many_tries') {
      return (error.retryAfterMs ?? 0) / 1_000;
    }
    throw error;
  }
}

// The limiter library reads the machine's clock.
beforeEach(() => {
  vi.useFakeTimers({ now: Date.UTC(2026, 0, 1), toFake: ['Date', 'setTimeout', 'clearTimeout'] });
});
afterEach(() => {
  vi.useRealTimers();
});

describe('tries', () => {
  test('the free ones pass, then one passes per wait, and the wait doubles up to its limit', async () => {
    const tries = make();
    const waits: number[] = [];
    for (let round = 0; round < 7; round += 1) {
      expect(await knock(tries)).toBe(0);
      const wait = await knock(tries);
      if (wait === 0) continue;
      waits.push(wait);
      vi.advanceTimersByTime(wait * 1_000 - 1);
      expect(await knock(tries)).toBe(1);
      vi.advanceTimersByTime(1);
    }
    expect(waits).toEqual([10, 20, 40, 60, 60, 60]);
  });

  test('of a hundred at once only the free ones pass', async () => {
    const tries = make();
    const waits = await Promise.all(Array.from({ length: 100 }, () => knock(tries)));
    expect(waits.filter((wait) => wait === 0)).toHaveLength(RULE.free);
  });

  test('knocking while locked out does not make the wait longer', async () => {
    const tries = make();
    for (let i = 0; i < RULE.free; i += 1) await knock(tries);
    for (let i = 0; i < 50; i += 1) expect(await knock(tries)).toBe(10);
    vi.advanceTimersByTime(10_000);
    expect(await knock(tries)).toBe(0);
    expect(await knock(tries)).toBe(20);
  });

  test('a reset forgets tries and lock-out', async () => {
    const tries = make();
    for (let i = 0; i < 5; i += 1) await knock(tries);
    await tries.reset('ada');
    expect(await knock(tries)).toBe(0);
    expect(await knock(tries)).toBe(0);
  });

  test('a good try does not count, and does not open the gate for bad ones', async () => {
    const tries = make();
    for (let i = 0; i < 20; i += 1) {
      expect(await knock(tries)).toBe(0);
      await tries.giveBack('ada');
    }
    for (let i = 0; i < RULE.free; i += 1) expect(await knock(tries)).toBe(0);
    await tries.giveBack('ada');
    expect(await knock(tries)).toBe(10);
  });

  test('one key does not lock another out', async () => {
    const tries = make();
    for (let i = 0; i < 10; i += 1) await knock(tries);
    expect(await knock(tries, 'grace')).toBe(0);
  });
});

test('an unreachable Redis neither hangs nor lets everything through', async () => {
  vi.useRealTimers();
  const warn = vi.fn();
  // Port 1 refuses connections.
  const limiters = createLimiters({
    redisUrl: 'redis://127.0.0.1:1',
    log: { warn, info: vi.fn() },
  });
  try {
    const waits: number[] = [];
    for (let i = 0; i < 8; i += 1) waits.push(await knock(limiters.username));
    expect(waits.slice(0, 5)).toEqual([0, 0, 0, 0, 0]);
    expect(waits.slice(5).every((wait) => wait > 0)).toBe(true);
  } finally {
    limiters.close();
  }
});

describe('what addresses are counted by', () => {
  test.each([
    ['192.0.2.7', '192.0.2.7'],
    ['::ffff:192.0.2.7', '192.0.2.7'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:db8:1:2::9', '2001:db8:1:2::/64'],
    ['::1', '0:0:0:0::/64'],
    ['', ''],
  ])('%s counts as %s', (address, key) => {
    expect(addressKey(address)).toBe(key);
  });
});
