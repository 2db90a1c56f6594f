import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { AppError } from '#shared/errors.ts';
import { createCipher, type Place } from './cipher.ts';

const keys = { k1: randomBytes(32), k2: randomBytes(32) };
const cipher = createCipher({ current: 'k1', keys });
const place: Place = { table: 'accounts', column: 'secret', id: 'row-1' };

const text = fc.string({ unit: 'grapheme' });
const anyPlace = fc.record({ table: text, column: text, id: text });

function refusal(work: () => unknown): AppError {
  try {
    work();
  } catch (error) {
    expect(error).toBeInstanceOf(AppError);
    return error as AppError;
  }
  throw new Error('was opened');
}

test('what is sealed opens again in its place', () => {
  fc.assert(
    fc.property(text, anyPlace, (plain, where) => {
      const sealed = cipher.seal(plain, where);
      expect(sealed).toMatch(/^v1\.k1\.[\w-]{16}\.[\w-]{22,}$/);
      expect(cipher.open(sealed, where)).toBe(plain);
    }),
  );
});

test('many megabytes open as well', () => {
  const large = 'x'.repeat(40 * 1024 * 1024);
  expect(cipher.open(cipher.seal(large, place), place) === large).toBe(true);
});

test('the same text is never sealed to the same value', () => {
  expect(cipher.seal('a', place)).not.toBe(cipher.seal('a', place));
});

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.=\n';

// Three lengths, for base64 leaves 0, 2 or 4 bits of its last character unused.
test.each(['sk-planted-secret', 'sk-planted-secret1', 'sk-planted-secret12'])(
  'every change of any single character of sealed %s makes it fail, without telling the text',
  (plain) => {
    const sealed = cipher.seal(plain, place);
    for (let at = 0; at < sealed.length; at++) {
      for (const other of ALPHABET.replace(sealed[at] ?? '', '')) {
        const altered = sealed.slice(0, at) + other + sealed.slice(at + 1);
        const error = refusal(() => cipher.open(altered, place));
        expect(error.code).toBe('internal');
        expect(error.message).not.toContain(plain);
        expect(error.cause).toBeUndefined();
      }
      refusal(() => cipher.open(sealed.slice(0, at), place));
    }
  },
);

test('a flipped bit of any byte makes it fail', () => {
  fc.assert(
    fc.property(text, fc.nat(), fc.integer({ min: 1, max: 255 }), (plain, at, flip) => {
      const [, , nonce = '', body = ''] = cipher.seal(plain, place).split('.');
      const bytes = Buffer.from(nonce + body, 'base64url');
      const index = at % bytes.length;
      bytes[index] = (bytes[index] ?? 0) ^ flip;
      const all = bytes.toString('base64url');
      refusal(() => cipher.open(`v1.k1.${all.slice(0, 16)}.${all.slice(16)}`, place));
    }),
  );
});

test('it does not open in another row, column or table', () => {
  fc.assert(
    fc.property(anyPlace, anyPlace, (here, there) => {
      fc.pre(JSON.stringify(here) !== JSON.stringify(there));
      refusal(() => cipher.open(cipher.seal('x', here), there));
    }),
  );
  const sealed = cipher.seal('x', { table: 'a', column: 'bc', id: 'd' });
  refusal(() => cipher.open(sealed, { table: 'ab', column: 'c', id: 'd' }));
});

test('after a rotation old values open and ask to be sealed anew', () => {
  const sealed = cipher.seal('x', place);
  const rotated = createCipher({ current: 'k2', keys });
  expect(rotated.open(sealed, place)).toBe('x');
  expect(rotated.needsReseal(sealed)).toBe(true);
  expect(rotated.needsReseal(rotated.seal('x', place))).toBe(false);
});

test('a missing key and a bad ring are named', () => {
  const sealed = cipher.seal('x', place);
  const other = createCipher({ current: 'k2', keys: { k2: keys.k2 } });
  expect(refusal(() => other.open(sealed, place)).message).toContain('"k1"');
  expect(refusal(() => createCipher({ current: 'k9', keys })).message).toContain('"k9"');
  const short = { k1: Buffer.alloc(16) };
  expect(refusal(() => createCipher({ current: 'k1', keys: short })).message).toContain('"k1"');
});

test('no text is anything but a refusal', () => {
  fc.assert(fc.property(fc.string(), (sealed) => void refusal(() => cipher.open(sealed, place))));
});
