import fc from 'fast-check';
import { expect, test } from 'vitest';
import { exampleValue } from './example-value.ts';
import { words } from './words.ts';

test('the words of any text are the text again', () => {
  const text = fc.oneof(
    fc.string(),
    fc.string({ unit: 'grapheme' }),
    fc.string({ unit: 'binary' }),
  );
  fc.assert(
    fc.property(text, (input) => {
      expect(words(input).join('')).toBe(input);
    }),
    { numRuns: 200 },
  );
});

test('a long run without spaces is cut', () => {
  expect(words('x'.repeat(50)).map((word) => word.length)).toEqual([24, 24, 2]);
});

test('any schema, even nonsense, has an example that is JSON', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (schema) => {
      expect(() => JSON.stringify(exampleValue(schema))).not.toThrow();
    }),
    { numRuns: 1_000 },
  );
});

test('a schema that contains itself ends', () => {
  const node: Record<string, unknown> = {
    type: 'object',
    properties: { next: { $ref: '#/$defs/node' } },
  };
  expect(exampleValue({ $ref: '#/$defs/node', $defs: { node } })).toHaveProperty('next.next.next');
});
