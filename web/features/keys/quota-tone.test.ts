import { expect, test } from 'vitest';
import { quotaTone } from './quota-tone.ts';

test.each([
  [69, 'calm'],
  [70, 'near'],
  [89, 'near'],
  [90, 'close'],
  [250, 'close'],
])('%i of 100 tokens is %s', (used, tone) => {
  expect(quotaTone(used, 100)).toMatchObject({ tone, share: Math.min(1, used / 100) });
});
