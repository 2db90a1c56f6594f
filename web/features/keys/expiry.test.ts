import { expect, test } from 'vitest';
import { toDay, toExpiresAt, toExpiryValues } from './expiry.ts';

const now = new Date(2026, 10, 22, 15, 0, 0).getTime();

test('never is no expiry', () => {
  expect(toExpiresAt({ choice: 'never', date: '2020-01-01' }, now)).toBeNull();
});

test('a number of days counts from this moment', () => {
  expect(toExpiresAt({ choice: '7', date: '' }, now)).toBe(
    new Date(now + 7 * 86_400_000).toISOString(),
  );
});

test('a day lasts until its last moment in the zone of the reader, today included', () => {
  const end = toExpiresAt({ choice: 'date', date: '2026-11-22' }, now);
  expect(end).toBe(new Date(2026, 10, 22, 23, 59, 59, 999).toISOString());
});

test.each(['', '2026-11-21', '2026-02-30', '22.11.2026'])('the day %j is refused', (date) => {
  expect(toExpiresAt({ choice: 'date', date }, now)).toBe('invalid');
});

test('an expiry goes through the form unchanged but for its hour', () => {
  const iso = new Date(2027, 0, 5, 9).toISOString();
  const values = toExpiryValues(iso);
  expect(values).toEqual({ choice: 'date', date: '2027-01-05' });
  expect(toExpiresAt(values, now)).toBe(new Date(2027, 0, 5, 23, 59, 59, 999).toISOString());
  expect(toDay(new Date(iso))).toBe('2027-01-05');
});
