import { createHmac, randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { AppError } from '#shared/errors.ts';
import { fernetSeal } from '../testing/fernet-seal.ts';
import { createFernetReader } from './fernet.ts';

/** The vectors of https://github.com/fernet/spec: verify.json and invalid.json. */
const KEY = 'cw_0x689RpI-jtRR7oE8h_eQsKImvJapLeSbXpwF4e4=';
const HELLO =
  'gAAAAAAdwJ6wAAECAwQFBgcICQoLDA0ODy021cpGVWKZ_eEwCGM4BLLF_5CV9dOPmrhuVUPgJobwOz7JcbmrR64jVmpU4IwqDA==';

test('opens the token of the specification', () => {
  expect(createFernetReader(KEY)(HELLO)).toBe('hello');
});

test.each([
  [
    'incorrect mac',
    'gAAAAAAdwJ6xAAECAwQFBgcICQoLDA0OD3HkMATM5lFqGaerZ-fWPAl1-szkFVzXTuGb4hR8AKtwcaX1YdykQUFBQUFBQUFBQQ==',
    'another key',
  ],
  ['too short', 'gAAAAAAdwJ6xAAECAwQFBgcICQoLDA0OD3HkMATM5lFqGaerZ-fWPA==', 'too short'],
  [
    'invalid base64',
    '%%%%%%%%%%%%%AECAwQFBgcICQoLDA0OD3HkMATM5lFqGaerZ-fWPAl1-szkFVzXTuGb4hR8AKtwcaX1YdykRtfsH-p1YsUD2Q==',
    'base64',
  ],
  [
    'payload size not multiple of block size',
    'gAAAAAAdwJ6xAAECAwQFBgcICQoLDA0OD3HkMATM5lFqGaerZ-fWPOm73QeoCk9uGib28Xe5vz6oxq5nmxbx_v7mrfyudzUm',
    'too short',
  ],
  [
    'payload padding error',
    'gAAAAAAdwJ6xAAECAwQFBgcICQoLDA0ODz4LEpdELGQAad7aNEHbf-JkLPIpuiYRLQ3RtXatOYREu2FWke6CnJNYIbkuKNqOhw==',
    'not text',
  ],
])('refuses the specification’s token with %s', (_name, token, why) => {
  expect(() => createFernetReader(KEY)(token)).toThrow(why);
});

test('opens whatever was sealed with its key, and nothing else', () => {
  const key = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => Buffer.from(bytes));
  fc.assert(
    fc.property(key, key, fc.string({ unit: 'binary' }), (own, other, text) => {
      const token = fernetSeal(own, text);
      const wellFormed = Buffer.from(text).toString();
      expect(createFernetReader(own.toString('base64url'))(token)).toBe(wellFormed);
      if (own.subarray(0, 16).equals(other.subarray(0, 16))) return;
      expect(() => createFernetReader(other.toString('base64url'))(token)).toThrow(AppError);
    }),
  );
});

test('one changed bit anywhere is noticed', () => {
  const bytes = Buffer.from(HELLO, 'base64url');
  fc.assert(
    fc.property(fc.nat(bytes.length * 8 - 1), (bit) => {
      const changed = Buffer.from(bytes);
      changed.writeUInt8(changed.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
      expect(() => createFernetReader(KEY)(changed.toString('base64url'))).toThrow(AppError);
    }),
  );
});

test('any text at all is opened or refused with a reason', () => {
  const open = createFernetReader(KEY);
  fc.assert(
    fc.property(fc.string(), (text) => {
      expect(() => open(text)).toThrow(AppError);
    }),
  );
});

test('refuses text that ends within a block', () => {
  const key = randomBytes(32);
  const signed = Buffer.alloc(9 + 16 + 24, 0x80);
  const mac = createHmac('sha256', key.subarray(0, 16)).update(signed).digest();
  const token = Buffer.concat([signed, mac]).toString('base64url');
  expect(() => createFernetReader(key.toString('base64url'))(token)).toThrow('within a block');
});

test('refuses text that is not UTF-8', () => {
  const key = randomBytes(32);
  const token = fernetSeal(key, Buffer.from([0xff, 0xfe]));
  expect(() => createFernetReader(key.toString('base64url'))(token)).toThrow('not text');
});

test.each(['', 'short', `${KEY}AAAA`, 'cw/0x689RpI+jtRR7oE8h/eQsKImvJapLeSbXpwF4e4='])(
  'refuses the key %j',
  (key) => {
    expect(() => createFernetReader(key)).toThrow('32 bytes');
  },
);
