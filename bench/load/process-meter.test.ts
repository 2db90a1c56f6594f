import { expect, test } from 'vitest';
import { parseStat } from './process-meter.ts';

test('CPU time is user and system time, whatever the program is called', () => {
  const text = '42 (a) b (c) S 7 42 42 0 -1 4194304 100 0 0 0 250 50 9 9 20 0 11 0 1 2 3';
  expect(parseStat(text)).toEqual({ parent: 7, cpuUs: 3_000_000 });
});
