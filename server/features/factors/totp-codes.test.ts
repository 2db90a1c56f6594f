import { expect, test } from 'vitest';
import { newRecoveryCodes, recoveryCodeHash } from './recovery-codes.ts';
import { stepOfCode } from './totp-codes.ts';

/** "12345678901234567890", the secret of RFC 6238's test vectors. */
const SECRET = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ';

// Source: RFC 6238, appendix B, the last six of eight digits.
test.each([
  [59, '287082'],
  [1_111_111_109, '081804'],
  [1_234_567_890, '005924'],
  [20_000_000_000, '353130'],
])('the code of second %i is %s', (second, code) => {
  expect(stepOfCode(SECRET, code, second * 1_000)).toBe(BigInt(Math.floor(second / 30)));
});

test.each([
  [-31, false],
  [-30, true],
  [-1, true],
  [0, true],
  [29, true],
  [30, true],
  [59, true],
  [60, false],
])('a code is good %i s from the beginning of its step: %s', (away, good) => {
  const step = 37_037_036n;
  const found = stepOfCode(SECRET, '081804', (Number(step) * 30 + away) * 1_000);
  expect(found).toBe(good ? step : null);
});

test.each(['', '28708', '2870820', '28708a', '２８７０８２'])(
  '"%s" is the code of no step',
  (code) => {
    expect(stepOfCode(SECRET, code, 59_000)).toBeNull();
  },
);

test('recovery codes are ten, all different, and the same without their dashes', () => {
  const codes = newRecoveryCodes();
  expect(new Set(codes).size).toBe(10);
  for (const code of codes) {
    expect(code).toMatch(/^[0-9a-z]{4}(-[0-9a-z]{4}){3}$/);
    expect(recoveryCodeHash(code)).toBe(recoveryCodeHash(code.replaceAll('-', '')));
  }
});
