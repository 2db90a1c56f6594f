import { expect, test } from 'vitest';
import { countdown, secondsUntil } from './countdown.ts';

const NOW = Date.parse('2026-11-22T13:00:00.000Z');

test.each([
  ['2026-11-22T13:00:42.000Z', 42],
  ['2026-11-22T13:00:00.001Z', 1],
  ['2026-11-22T13:00:00.000Z', 0],
  ['2026-11-22T12:59:00.000Z', 0],
])('until %s it is %i s, never less than none', (iso, seconds) => {
  expect(secondsUntil(iso, NOW)).toBe(seconds);
});

test.each([
  [0, '0:00'],
  [42, '0:42'],
  [725, '12:05'],
  [3_599, '59:59'],
  [3_600, '1:00:00'],
  [93_784, '26:03:04'],
])('%i s read as %s', (seconds, text) => {
  expect(countdown(seconds)).toBe(text);
});
