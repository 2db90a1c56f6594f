import fc from 'fast-check';
import { expect, test } from 'vitest';
import { scanJson } from './json-members.ts';

const members = (text: string) =>
  scanJson(Buffer.from(text)).members?.map(({ key, start, end }) => [
    key,
    Buffer.from(text).toString('utf8', start, end),
  ]);

test('finds every member with the exact bytes of its value', () => {
  const text = ' { "a" : 1 , "b":"x,}\\"", "c":[{"a":2}, "]"],"d" : null } ';
  expect(members(text)).toEqual([
    ['a', '1'],
    ['b', '"x,}\\""'],
    ['c', '[{"a":2}, "]"]'],
    ['d', 'null'],
  ]);
});

test.each([
  ['an array', '[1]'],
  ['a repeated key', '{"model":1,"model":2}'],
  ['an escaped key', '{"mod\\u0065l":1}'],
  ['a scalar', '7'],
])('leaves %s to the full parser', (_what, text) => {
  expect(members(text)).toBeUndefined();
});

const anyKey = fc.string({ minLength: 1 }).filter((key) => !JSON.stringify(key).includes('\\'));

test('agrees with the full parser on any object', () => {
  fc.assert(
    fc.property(fc.dictionary(anyKey, fc.jsonValue()), fc.nat({ max: 4 }), (object, indent) => {
      const text = JSON.stringify(object, null, indent);
      const found = members(text)?.map(([key, value]) => [key, JSON.parse(value ?? '')]);
      expect(found).toEqual(Object.entries(JSON.parse(text)));
    }),
  );
});

function depthOf(json: unknown): number {
  if (typeof json !== 'object' || json === null) return 0;
  return 1 + Math.max(0, ...Object.values(json).map(depthOf));
}

test('knows how deeply any text is nested', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 6 }), fc.nat({ max: 2 }), (json, indent) => {
      const text = JSON.stringify(json, null, indent);
      expect(scanJson(Buffer.from(text)).depth).toBe(depthOf(json));
    }),
  );
  expect(scanJson(Buffer.from(`{"a":"[[[","b":[{"c":"${'x'.repeat(100)}\\"}]}`)).depth).toBe(3);
});

test('strings of any length and with any escapes end where they end', () => {
  const text = fc.string({ unit: fc.constantFrom('x', '"', '\\', '\n', 'é', ']'), maxLength: 200 });
  fc.assert(
    fc.property(text, text, (first, second) => {
      const json = { first, second: [second], third: 1 };
      const found = members(JSON.stringify(json))?.map(([key, value]) => [
        key,
        JSON.parse(value ?? ''),
      ]);
      expect(found).toEqual(Object.entries(json));
    }),
  );
});
