import fc from 'fast-check';
import { expect, test } from 'vitest';
import { follows, type TokenRecord } from './chain.ts';
import { nextAfterFailure, nextAfterSuccess } from './plan.ts';
import { USUAL_SETTINGS } from './settings.ts';

const HOUR = 3_600_000;

test('every account is refreshed before its token ends, and never at once again', () => {
  fc.assert(
    fc.property(fc.uuid(), fc.integer({ min: 60_000, max: 90 * 24 * HOUR }), (id, life) => {
      const next = nextAfterSuccess(id, life, 0, USUAL_SETTINGS);
      expect(next).toBeGreaterThanOrEqual(Math.min(life / 2, 30_000));
      expect(next).toBeLessThan(life);
    }),
  );
});

test('accounts of the same end are spread', () => {
  const ids = Array.from({ length: 100 }, (_, n) => `account-${n}`);
  const times = ids.map((id) => nextAfterSuccess(id, 240 * HOUR, 0, USUAL_SETTINGS));
  expect(Math.max(...times) - Math.min(...times)).toBeGreaterThan(8 * HOUR);
});

test('failures wait longer each time up to an hour, and as long as the platform asks', () => {
  const waits = [1, 2, 3, 7, 30].map((n) => nextAfterFailure(n, null, 0, 0.5) / 60_000);
  expect(waits).toEqual([1, 2, 4, 60, 60]);
  expect(nextAfterFailure(1, 7_200_000, 0, 0.5)).toBe(7_200_000);
});

const record = (more: Partial<TokenRecord>): TokenRecord => ({
  ...{ id: '1', kind: 'token', accountId: 'a', generation: 5, beforeHash: 't0', afterHash: 't1' },
  ...{ refresh: null, secret: '', secretHint: '', expiresAt: null, nextRefreshAt: null },
  ...{ at: 100, durationMs: 1, trigger: 'person', by: null },
  ...more,
});

test.each([
  [
    'the token that the row holds is followed, whoever claimed it since',
    { refreshHash: 't0', generation: 9 },
    {},
    true,
  ],
  [
    'the last claim counts where a late one was stored under it',
    { refreshHash: 't2', generation: 5 },
    {},
    true,
  ],
  [
    'an older claim that comes after a newer token is late',
    { refreshHash: 't2', generation: 6 },
    {},
    false,
  ],
  [
    'a kept token of before is older than what came since',
    { refreshHash: 't0', generation: 6, refreshedAt: 200 },
    { afterHash: 't0' },
    false,
  ],
  [
    'a kept token is stored',
    { refreshHash: 't0', generation: 6, refreshedAt: 50 },
    { afterHash: 't0' },
    true,
  ],
] as const)('%s', (_name, row, more, stored) => {
  expect(follows({ refreshedAt: null, ...row }, record(more))).toBe(stored);
});
