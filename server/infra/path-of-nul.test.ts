import { expect, test } from 'vitest';
import { pathOfNul } from './path-of-nul.ts';

test.each<[unknown, string | null]>([
  ['a\0b', ''],
  [{ name: 'a', routes: [{ model: 'x' }, { model: '\0' }] }, 'routes.1.model'],
  [{ name: 'a', none: null, number: 0, text: '\\u0000' }, null],
  [undefined, null],
])('of %j is %j', (value, path) => {
  expect(pathOfNul(value)).toBe(path);
});

test('whatever is nested however deeply is no trouble', () => {
  const deep: unknown = JSON.parse('['.repeat(100_000) + ']'.repeat(100_000));
  expect(pathOfNul(deep)).toBeNull();
});
