import { expect, test } from 'vitest';
import { hoursIn, ownZone } from './zone-hours.ts';

const WINTER = Date.parse('2026-01-15T12:00:00Z');
const SUMMER = Date.parse('2026-07-15T12:00:00Z');
const DAY = { from: 540, to: 1_080 };

test.each([
  ['Asia/Shanghai', 'Asia/Shanghai', WINTER, DAY],
  ['Asia/Shanghai', 'UTC', WINTER, { from: 60, to: 600 }],
  ['Asia/Shanghai', 'Europe/Berlin', WINTER, { from: 120, to: 660 }],
  ['Asia/Shanghai', 'Europe/Berlin', SUMMER, { from: 180, to: 720 }],
  ['Asia/Shanghai', 'America/Los_Angeles', SUMMER, { from: 1_080, to: 180 }],
  ['UTC', 'Asia/Kolkata', WINTER, { from: 870, to: 1_410 }],
  ['UTC', 'Pacific/Kiritimati', WINTER, { from: 1_380, to: 480 }],
])('hours of %s on a clock of %s', (from, to, at, hours) => {
  expect(hoursIn(DAY, { from, to }, at)).toEqual(hours);
});

test('the reader has a zone', () => {
  expect(hoursIn(DAY, { from: ownZone(), to: ownZone() }, WINTER)).toEqual(DAY);
});
