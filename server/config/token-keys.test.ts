import { expect, test } from 'vitest';
import { ConfigError } from './env.ts';
import { tokenKeys } from './token-keys.ts';

const RING = { current: 'k2', keys: { k1: Buffer.alloc(32, 1), k2: Buffer.alloc(32, 2) } };
const GOOD = 'q7Jx2mVt9ZpL0wRkD4sYcB8nHuE6gFaT1iOoKeXr';

test('without a secret, keys are made from the ring: the present one signs, all of them check', () => {
  const made = tokenKeys({ secret: null, production: true }, { keyRing: RING });
  expect(made).toHaveLength(2);
  expect(made.map(({ length }) => length)).toEqual([32, 32]);
  const turned = { ...RING, current: 'k1' };
  const [first] = tokenKeys({ secret: null, production: true }, { keyRing: turned });
  expect(first).toEqual(made[1]);
  // What seals credentials signs nothing by itself.
  expect(made.map((key) => Buffer.from(key).toString('hex'))).not.toContain(
    RING.keys.k2.toString('hex'),
  );
});

test.each(['short', 'a'.repeat(40), 'change-me-change-me-change-me-0123456789', `my-jwt-${GOOD}`])(
  '%s is refused in production, and taken elsewhere',
  (secret) => {
    expect(() => tokenKeys({ secret, production: true }, { keyRing: RING })).toThrow(ConfigError);
    expect(tokenKeys({ secret, production: false }, { keyRing: RING })).toHaveLength(1);
  },
);

test('a good secret is used as it is', () => {
  const keys = tokenKeys({ secret: GOOD, production: true }, { keyRing: RING });
  expect(keys.map((key) => Buffer.from(key).toString())).toEqual([GOOD]);
});
