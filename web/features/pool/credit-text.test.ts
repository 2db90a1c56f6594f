import { expect, test } from 'vitest';
import { creditTone, formatCredits } from './credit-text.ts';

test.each([
  [6_000_000, '6'],
  [1_234_567, '1.23'],
  [-50_000, '-0.05'],
  [1_234, '0.0012'],
  [0, '0'],
])('%i micro-credits read as %s', (micros, text) => {
  expect(formatCredits(micros)).toBe(text);
});

test.each([
  [2, 2, 'petrol'],
  [0.5, 2, 'yellow'],
  [0.2, 2, 'red'],
  [0, 0, 'red'],
])('%f of %f is shown in %s', (quota, max, colour) => {
  expect(creditTone(quota, max).colour).toBe(colour);
});
