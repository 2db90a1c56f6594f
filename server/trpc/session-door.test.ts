import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readCookie } from './session-door.ts';

const TOKEN = 'a'.repeat(43);

describe('the session cookie', () => {
  test.each([
    `gatehouse_session=${TOKEN}`,
    `theme=dark; gatehouse_session=${TOKEN}; x=%E0%A4%A`,
    `theme=dark;gatehouse_session=${TOKEN}`,
    `=; ; gatehouse_session=; gatehouse_session=${TOKEN}`,
  ])('is found in %s', (header) => {
    expect(readCookie(header)).toBe(TOKEN);
  });

  test.each([
    undefined,
    '',
    'gatehouse_session',
    'gatehouse_session=',
    `gatehouse_session=${TOKEN}a`,
    `xgatehouse_session=${TOKEN}`,
    `gatehouse_session="${TOKEN}"`,
  ])('is not found in %s', (header) => {
    expect(readCookie(header)).toBeNull();
  });

  test('is a token or nothing, whatever is sent', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.string().map((s) => `gatehouse_session=${s}`),
        ),
        (header) => {
          const found = readCookie(header);
          expect(found === null || /^[\w-]{43}$/.test(found)).toBe(true);
        },
      ),
    );
  });
});
