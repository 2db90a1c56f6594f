import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { safeReturnTo } from './return-to.ts';

describe('safeReturnTo', () => {
  test.each(['/', '/usage', '/usage?range=day#row', '/keys?x=%2F%2Fevil.example'])(
    'keeps a path of the console: %s',
    (path) => {
      expect(safeReturnTo(path)).toBe(path);
    },
  );

  test.each([
    'https://evil.example/',
    '//evil.example',
    '/\\evil.example',
    '/..//evil.example',
    '/\t/evil.example',
    ' /usage',
    'javascript:alert(1)',
    'usage',
    '',
    undefined,
    { href: '/' },
    `/${'a'.repeat(600)}`,
  ])('refuses %j', (value) => {
    expect(safeReturnTo(value)).toBe('/');
  });

  test('never leads back to a page of signing in', () => {
    expect(safeReturnTo('/sign-in?next=/sign-in')).toBe('/');
    expect(safeReturnTo('/usage/../sign-in')).toBe('/');
  });

  test('never leaves the origin, whatever it is given', () => {
    const nasty = fc.stringMatching(/^[/\\.:@?#%a-z0-9\t\n ]{0,40}$/);
    fc.assert(
      fc.property(fc.oneof(fc.string(), nasty), (text) => {
        const origin = 'https://console.example';
        expect(new URL(safeReturnTo(text), origin).origin).toBe(origin);
      }),
      { numRuns: 2_000 },
    );
  });
});
