import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Username } from '#shared/schemas/common.ts';
import { usernamesFor } from './free-username.ts';

test.each([
  [['Ada Lovelace'], 'ada-lovelace'],
  [['Höpper'], 'hopper'],
  [['李雷', 'Li Lei'], 'li-lei'],
  [['..x', 'y-y'], 'y-y'],
  [[''], 'user'],
])('%j becomes %s', (wanted, first) => {
  expect(usernamesFor(wanted).next().value).toBe(first);
});

test('every name offered is one that a user may have, and no two are the same', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: 'binary' }), { maxLength: 3 }), (wanted) => {
      const names = [...usernamesFor(wanted)];
      expect(names.filter((name) => !Username.safeParse(name).success)).toEqual([]);
      expect(new Set(names).size).toBe(names.length);
    }),
  );
});
