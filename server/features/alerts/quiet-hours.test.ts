import { expect, test } from 'vitest';
import { quietUntil } from './quiet-hours.ts';

const at = (iso: string) => Date.parse(iso);
const night = { quietFrom: 22 * 60, quietTo: 7 * 60, zone: 'Europe/Berlin' };
const until = (iso: string, hours = night) => {
  const end = quietUntil(hours, at(iso));
  return end === null ? null : new Date(end).toISOString();
};

test('across midnight, from either side', () => {
  expect(until('2026-01-10T21:30:00Z')).toBe('2026-01-11T06:00:00.000Z');
  expect(until('2026-01-11T05:59:59Z')).toBe('2026-01-11T06:00:00.000Z');
  expect(until('2026-01-11T06:00:00Z')).toBeNull();
  expect(until('2026-01-10T20:59:00Z')).toBeNull();
});

test('within a day', () => {
  const noon = { quietFrom: 12 * 60, quietTo: 13 * 60, zone: 'Asia/Shanghai' };
  expect(until('2026-01-10T04:10:30Z', noon)).toBe('2026-01-10T05:00:00.000Z');
  expect(until('2026-01-10T05:00:00Z', noon)).toBeNull();
});

test('a night in which clocks are set forward is an hour shorter', () => {
  // 29 March 2026: 02:00 becomes 03:00.
  expect(until('2026-03-28T22:00:00Z')).toBe('2026-03-29T05:00:00.000Z');
});

test('a night in which clocks are set back is an hour longer', () => {
  // 25 October 2026: 03:00 becomes 02:00.
  expect(until('2026-10-24T21:00:00Z')).toBe('2026-10-25T06:00:00.000Z');
});

test('an end that no clock shows is the first moment after', () => {
  const gap = { ...night, quietTo: 150 };
  expect(until('2026-03-28T23:30:00Z', gap)).toBe('2026-03-29T01:00:00.000Z');
});

test('none are set', () => {
  expect(quietUntil({ quietFrom: null, quietTo: null, zone: 'UTC' }, 0)).toBeNull();
  expect(
    quietUntil({ quietFrom: 60, quietTo: 60, zone: 'UTC' }, at('1970-01-01T01:00:00Z')),
  ).toBeNull();
});
