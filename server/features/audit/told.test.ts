import { describe, expect, test } from 'vitest';
import { boundedText, changeOf, isSecretName } from './told.ts';

describe('isSecretName', () => {
  test.each([
    'password',
    'newPassword',
    'password_hash',
    'secretHash',
    'secret',
    'TOTP-secret',
    'token',
    'refreshToken',
    'apiKey',
    'API_KEY',
    'key',
    'privateKey',
    'sealed',
    'secretHint',
    'credentials',
    'Authorization',
    'recoveryCodes',
  ])('%s never gets in', (name) => {
    expect(isSecretName(name)).toBe(true);
  });

  test.each(['tokensPerDay', 'name', 'keys', 'role', 'hours', 'models', 'keyReplaced', 'baseUrl'])(
    '%s may',
    (name) => {
      expect(isSecretName(name)).toBe(false);
    },
  );
});

describe('changeOf', () => {
  test('keeps what differs, on both sides', () => {
    expect(changeOf({ a: 1, b: 2, c: 3 }, { a: 1, b: 4, d: 5 })).toEqual({
      before: { b: 2, c: 3, d: null },
      after: { b: 4, c: null, d: 5 },
    });
  });

  test('is nothing when nothing differs', () => {
    expect(changeOf({ a: { b: [1] } }, { a: { b: [1] } })).toBeNull();
  });

  test('leaves secrets out, however deep they lie, but for what only says yes or no', () => {
    const after = { name: 'n', apiKey: 's3', deep: [{ token: 's3', x: 1 }], hasPassword: true };
    expect(changeOf(null, after)).toEqual({
      before: null,
      after: { name: 'n', deep: [{ x: 1 }], hasPassword: true },
    });
    expect(changeOf({ password: 'a' }, { password: 'b' })).toBeNull();
  });

  test('bounds texts, lists and depth', () => {
    let deep: object = {};
    for (let n = 0; n < 50; n += 1) deep = { deep };
    const found = changeOf(null, {
      text: 'x'.repeat(5_000),
      list: Array.from({ length: 150 }, (_, n) => n),
      deep,
    });
    expect(found?.after?.['text']).toHaveLength(2_000);
    expect(found?.after?.['list']).toHaveLength(101);
    expect(JSON.stringify(found?.after?.['deep']).length).toBeLessThan(200);
  });

  test('what JSON cannot say becomes what it can', () => {
    const at = new Date('2026-01-01T00:00:00Z');
    const after = { at, most: 5n, huge: 10n ** 20n, none: Number.NaN, gone: undefined };
    expect(changeOf(null, after)?.after).toEqual({
      at: '2026-01-01T00:00:00.000Z',
      most: 5,
      huge: '100000000000000000000',
      none: 'NaN',
    });
  });
});

test('text that PostgreSQL cannot hold is mended', () => {
  expect(boundedText('a\0b\ud800')).toBe('a\uFFFDb\uFFFD');
});
