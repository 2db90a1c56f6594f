import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Username } from '#shared/schemas/common.ts';
import { userNamesFor } from './user-names.ts';

test.each([
  ['Zoë Müller', 'zoe-muller'],
  ['ann', 'ann'],
  ['  -- Ann --  ', 'ann'],
  ['ann@example.com', 'ann@example.com'],
  ['a/../b', 'a-..-b'],
])('%j is tried as %j first', (name, first) =>
  expect(userNamesFor(name, () => 'x')[0]).toBe(first),
);

test.each([[null], [''], ['李'], ['a'], ['...']])('%j has nothing to be called by', (name) => {
  expect(userNamesFor(name, () => 'f00d')).toEqual(['user-f00d', 'user-f00d', 'user-f00d']);
});

test('whatever somebody is called, what is tried are user names', () => {
  fc.assert(
    fc.property(fc.option(fc.string({ unit: 'binary', maxLength: 100 })), (name) => {
      for (const tried of userNamesFor(name, () => '0a1b2c3d')) {
        expect(Username.safeParse(tried)).toEqual({ success: true, data: tried });
      }
    }),
  );
});
