import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  accountIdOf,
  cookieIdOf,
  derivedId,
  fourDecimals,
  shareText,
  zoneless,
} from './wire-values.ts';

test('an account is found again by what it is called', () => {
  fc.assert(
    fc.property(fc.uuid(), (id) => {
      expect(cookieIdOf(id)).toMatch(/^[0-9a-f]{32}$/);
      expect(accountIdOf(cookieIdOf(id))).toBe(id);
      expect(accountIdOf(id.toUpperCase())).toBe(id);
    }),
  );
});

test.each(['', 'admin', '0'.repeat(31), '0'.repeat(33), 'g'.repeat(32), '../../users'])(
  '%j is nobody’s',
  (text) => expect(accountIdOf(text)).toBeNull(),
);

test('a derived id is a UUID, always the same for the same and another for another', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (one, two) => {
      const id = derivedId('pool', one, two);
      expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
      expect(derivedId('pool', one, two)).toBe(id);
      expect(derivedId('quota', one, two)).not.toBe(id);
    }),
  );
  expect(derivedId('a', 'bc')).not.toBe(derivedId('ab', 'c'));
});

test.each([
  [0n, '0.0000'],
  [1n, '0.0000'],
  [-1n, '0.0000'],
  [100n, '0.0001'],
  [1_500_000n, '1.5000'],
  [6_000_000n, '6.0000'],
  [-250_000n, '-0.2500'],
  [-1_000_000n, '-1.0000'],
  [999_999n, '0.9999'],
])('%s micro-credits are %s', (micros, text) => expect(fourDecimals(micros)).toBe(text));

test.each([
  [0.98, '0.9800'],
  [1, '1.0000'],
  [1.2, '1.0000'],
  [-0.1, '0.0000'],
  [0.00004, '0.0000'],
])('a share of %s is %s', (share, text) => expect(shareText(share)).toBe(text));

test('a time has no zone', () => {
  expect(zoneless(Date.UTC(2026, 0, 2, 3, 4, 5, 6))).toBe('2026-01-02T03:04:05.006');
  expect(zoneless(null)).toBeNull();
});
