import { expect, test } from 'vitest';
import { fromLocalTime, toLocalTime } from './local-time.ts';

test('a time typed in the reader’s zone comes back the same', () => {
  expect(toLocalTime(fromLocalTime('2026-03-01T07:05'))).toBe('2026-03-01T07:05');
});

test('an emptied or half-typed field is no time', () => {
  expect(fromLocalTime('')).toBeUndefined();
  expect(fromLocalTime('2026-03')).toMatch(/^2026-03-01T/);
  expect(fromLocalTime('later')).toBeUndefined();
  expect(toLocalTime(undefined)).toBe('');
});
