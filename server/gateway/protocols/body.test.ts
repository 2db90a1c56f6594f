import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseBody, rewrite } from './body.ts';

const rewritten = (text: string, changes: Record<string, unknown>) =>
  rewrite(parseBody(Buffer.from(text)), new Map(Object.entries(changes))).toString();

describe('rewrite', () => {
  test('replaces, removes and adds members and leaves every other byte', () => {
    const body = '{ "a" : 1.0,\n  "model":"x" , "c":[1, 2] }';
    expect(rewritten(body, { model: 'y' })).toBe('{ "a" : 1.0,\n  "model":"y" , "c":[1, 2] }');
    expect(rewritten(body, { model: undefined })).toBe('{ "a" : 1.0 , "c":[1, 2] }');
    expect(rewritten(body, { a: undefined })).toBe('{ "model":"x" , "c":[1, 2] }');
    expect(rewritten(body, { d: 3 })).toBe('{ "a" : 1.0,\n  "model":"x" , "c":[1, 2],"d":3 }');
    expect(rewritten('{}', { d: 3 })).toBe('{"d":3}');
    expect(rewritten('{"a":1}', { a: undefined })).toBe('{}');
  });

  test('does what replacing in the parsed body would do', () => {
    const value = fc.jsonValue();
    const key = fc.constantFrom('model', 'a', 'b\\"', 'ü', '');
    const change = fc.oneof(value, fc.constant(undefined));
    fc.assert(
      fc.property(fc.dictionary(key, value), fc.dictionary(key, change), (json, changes) => {
        const plain = JSON.parse(JSON.stringify({ ...json, ...changes }));
        const spaced = JSON.stringify(json, null, 2);
        expect(JSON.parse(rewritten(JSON.stringify(json), changes))).toEqual(plain);
        expect(JSON.parse(rewritten(spaced, changes))).toEqual(plain);
      }),
    );
  });
});
