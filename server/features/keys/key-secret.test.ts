import fc from 'fast-check';
import { expect, test } from 'vitest';
import { GivenSecret } from '#shared/schemas/apply.ts';
import { sha256hex } from '../../infra/ids.ts';
import { isKeyShaped, mintKeySecret, storedForm } from './key-secret.ts';

test('a minted secret is gh- and 43 base62 digits, and no two are the same', () => {
  const many = Array.from({ length: 1_000 }, () => mintKeySecret());
  for (const secret of many) expect(secret).toMatch(/^gh-[0-9A-Za-z]{43}$/);
  expect(new Set(many).size).toBe(1_000);
});

test('a key for clients of older systems begins as they expect, and is looked up like any other', () => {
  const secret = mintKeySecret(undefined, 'sk-');
  expect(secret).toMatch(/^sk-[0-9A-Za-z]{43}$/);
  expect(isKeyShaped(secret)).toBe(true);
});

test('every one of the 32 bytes counts', () => {
  const of = (bytes: Buffer) => mintKeySecret(() => bytes);
  expect(of(Buffer.alloc(32, 0))).toBe(`gh-${'0'.repeat(43)}`);
  expect(of(Buffer.alloc(32, 255))).toMatch(/^gh-[0-9A-Za-z]{43}$/);
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), fc.nat(31), (bytes, at) => {
      const other = Uint8Array.from(bytes);
      other[at] = (other[at] ?? 0) ^ 1;
      expect(of(Buffer.from(bytes))).not.toBe(of(Buffer.from(other)));
    }),
  );
});

test('only its hash and its start are stored', () => {
  const secret = mintKeySecret();
  const stored = storedForm(secret);
  expect(stored).toEqual({ secretHash: sha256hex(secret), prefix: `${secret.slice(0, 8)}…` });
});

test('every secret that may be given in a file can be looked up', () => {
  const given = fc.stringMatching(/^gh-[\x21-\x7e]{17,197}$/);
  fc.assert(
    fc.property(given, (secret) => {
      expect(GivenSecret.safeParse(secret).success).toBe(true);
      expect(isKeyShaped(secret)).toBe(true);
    }),
  );
});

test.each(['', 'gh-', 'gh-short', `pk-${'x'.repeat(40)}`, `gh-${'x'.repeat(300)}`])(
  '%j is no key of ours',
  (text) => expect(isKeyShaped(text)).toBe(false),
);
