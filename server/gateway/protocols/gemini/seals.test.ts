import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Seal } from '../dialogue.ts';
import {
  isThirdGeneration,
  readSignature,
  SKIP_SIGNATURE,
  writeSignature,
} from './gemini-seals.ts';

const account = '0123abcd';

/** What Python's client makes of bytes on their way: decoded, and encoded in the other alphabet. */
const recode = (text: string) =>
  Buffer.from(text, 'base64').toString('base64').replaceAll('+', '-').replaceAll('/', '_');

describe('a seal', () => {
  test('of any maker comes back from a client that decodes and encodes it', () => {
    const maker = fc.constantFrom<Seal['maker']>('anthropic', 'openai');
    fc.assert(
      fc.property(maker, fc.string({ unit: 'grapheme' }), fc.boolean(), (by, value, redacted) => {
        const seal: Seal = { maker: by, value, account };
        const written = writeSignature(seal, redacted) ?? '';
        expect(readSignature(recode(written))).toEqual({ seal, redacted });
      }),
    );
  });

  test('of Google keeps its bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        const value = Buffer.from(bytes).toString('base64');
        const written = writeSignature({ maker: 'gemini', value, account }, false) ?? '';
        const { seal } = readSignature(recode(written));
        expect(seal).toMatchObject({ maker: 'gemini', account });
        expect(Buffer.from(seal.value, 'base64')).toEqual(Buffer.from(bytes));
      }),
    );
  });

  test('of another maker and no known account is left out', () => {
    expect(writeSignature({ maker: 'openai', value: 'x', account: null }, false)).toBeNull();
  });

  test('the value for calls from elsewhere is bytes too', () => {
    expect(recode(SKIP_SIGNATURE)).toBe(SKIP_SIGNATURE);
  });
});

test.each([
  ['gemini-3-flash-preview', true],
  ['gemini-flash-latest', true],
  ['gemini-2.5-pro', false],
  ['models/gemini-2.0-flash', false],
  ['gemini-1.5-flash-002', false],
])('%s: from Gemini 3 on is %s', (model, is) => {
  expect(isThirdGeneration(model)).toBe(is);
});
