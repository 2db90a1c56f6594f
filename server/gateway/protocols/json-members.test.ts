import fc from 'fast-check';
import { expect, test } from 'vitest';
import { topLevelMembers } from './json-members.ts';

const members = (text: string) =>
  topLevelMembers(Buffer.from(text))?.map(({ key, start, end }) => [
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

test('agrees with the full parser on any object', () => {
  const anyKey = fc.string({ minLength: 1 }).filter((key) => !JSON.stringify(key).includes('\\'));
  fc.assert(
    fc.property(fc.dictionary(anyKey, fc.jsonValue()), fc.nat({ max: 4 }), (object, indent) => {
      const text = JSON.stringify(object, null, indent);
      const found = members(text)?.map(([key, value]) => [key, JSON.parse(value ?? '')]);
      expect(found).toEqual(Object.entries(JSON.parse(text)));
    }),
  );
});
