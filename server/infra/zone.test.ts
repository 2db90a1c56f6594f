import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  isZone,
  minuteOfDay,
  startOfDay,
  startOfMonth,
  startOfNextDay,
  startOfNextMonth,
} from './zone.ts';

const at = (text: string) => Date.parse(text);
const iso = (ms: number) => new Date(ms).toISOString();

const ZONES = [
  'UTC',
  'Asia/Shanghai',
  'Asia/Kolkata',
  'America/Los_Angeles',
  'Europe/Berlin',
  'Australia/Lord_Howe',
  'Pacific/Apia',
  'America/Havana',
  'Asia/Beirut',
];

describe('a day', () => {
  test.each([
    ['UTC', '2026-03-04T12:00:00Z', '2026-03-04T00:00:00.000Z', '2026-03-05T00:00:00.000Z'],
    [
      'Asia/Shanghai',
      '2026-03-04T15:59:59Z',
      '2026-03-03T16:00:00.000Z',
      '2026-03-04T16:00:00.000Z',
    ],
    [
      'Asia/Shanghai',
      '2026-03-04T16:00:00Z',
      '2026-03-04T16:00:00.000Z',
      '2026-03-05T16:00:00.000Z',
    ],
    // 23 hours, then 25: the clocks change at 02:00 and 03:00.
    [
      'Europe/Berlin',
      '2026-03-29T10:00:00Z',
      '2026-03-28T23:00:00.000Z',
      '2026-03-29T22:00:00.000Z',
    ],
    [
      'Europe/Berlin',
      '2026-10-25T10:00:00Z',
      '2026-10-24T22:00:00.000Z',
      '2026-10-25T23:00:00.000Z',
    ],
    // No midnight: at 00:00 it is 01:00.
    ['Asia/Beirut', '2026-03-29T10:00:00Z', '2026-03-28T22:00:00.000Z', '2026-03-29T21:00:00.000Z'],
    // Midnight twice: at 01:00 it is 00:00.
    [
      'America/Havana',
      '2026-11-01T12:00:00Z',
      '2026-11-01T04:00:00.000Z',
      '2026-11-02T05:00:00.000Z',
    ],
    // A date that never was: 30 December 2011.
    [
      'Pacific/Apia',
      '2011-12-30T05:00:00Z',
      '2011-12-29T10:00:00.000Z',
      '2011-12-30T10:00:00.000Z',
    ],
  ])('in %s at %s', (zone, moment, from, to) => {
    expect(iso(startOfDay(at(moment), zone))).toBe(from);
    expect(iso(startOfNextDay(at(moment), zone))).toBe(to);
  });

  test('holds its moment, and the next begins where it ends', () => {
    const moment = fc.integer({ min: at('2001-01-01T00:00:00Z'), max: at('2036-01-01T00:00:00Z') });
    fc.assert(
      fc.property(moment, fc.constantFrom(...ZONES), (now, zone) => {
        const [from, to] = [startOfDay(now, zone), startOfNextDay(now, zone)];
        expect(from).toBeLessThanOrEqual(now);
        expect(to).toBeGreaterThan(now);
        expect(to - from).toBeLessThanOrEqual(26 * 3_600_000);
        expect(startOfDay(to, zone)).toBe(to);
        expect(startOfNextDay(to - 1, zone)).toBe(to);
      }),
    );
  });
});

describe('a month', () => {
  test.each([
    [
      'Asia/Shanghai',
      '2026-12-31T16:00:00Z',
      '2026-12-31T16:00:00.000Z',
      '2027-01-31T16:00:00.000Z',
    ],
    [
      'Europe/Berlin',
      '2026-03-15T00:00:00Z',
      '2026-02-28T23:00:00.000Z',
      '2026-03-31T22:00:00.000Z',
    ],
  ])('in %s at %s', (zone, moment, from, to) => {
    expect(iso(startOfMonth(at(moment), zone))).toBe(from);
    expect(iso(startOfNextMonth(at(moment), zone))).toBe(to);
  });
});

test('the minute of the day is what clocks there show', () => {
  expect(minuteOfDay(at('2026-03-04T15:59:59Z'), 'Asia/Shanghai')).toBe(1_439);
  expect(minuteOfDay(at('2026-03-04T16:00:00Z'), 'Asia/Shanghai')).toBe(0);
});

test.each([
  ['UTC', true],
  ['Asia/Shanghai', true],
  ['Mars/Olympus', false],
  ['', false],
  ['+08:00', false],
])('%j is a zone: %s', (name, known) => expect(isZone(name)).toBe(known));
