import { expect, test } from 'vitest';
import { sha256hex } from '../infra/ids.ts';
import { toConfig } from './config.ts';
import { parseEnv } from './env.ts';

const GOOD = 'Zk3-q8Wn_5tYxR7mB1cLdF0uHvJp9sEa';

test('programs lease at /public-api, with secrets of the console alone', () => {
  expect(toConfig(parseEnv({})).publicApi).toEqual({
    ...{ prefix: '/public-api', leaseRetentionDays: 90, secret: null, adminShowsTokens: false },
  });
});

test('of the one secret only its hash is kept', () => {
  const config = toConfig(parseEnv({ API_SECRET: GOOD }));
  expect(config.publicApi.secret).toEqual({ hash: sha256hex(GOOD), givesRefreshTokens: false });
  expect(JSON.stringify(config)).not.toContain(GOOD);
});

test.each([
  GOOD.slice(1),
  'a'.repeat(40),
  `${GOOD} x`,
  `change-me-${GOOD}`,
  `your-api-secret-${GOOD}`,
])('%s is refused as a secret, and not printed', (secret) => {
  const start = () => parseEnv({ API_SECRET: secret });
  expect(start).toThrow(/API_SECRET/);
  expect(start).not.toThrow(secret);
});

test.each(['/leasing', '/tools/public-api'])('%s is taken as a prefix', (prefix) => {
  expect(toConfig(parseEnv({ PUBLIC_API_PREFIX: prefix })).publicApi.prefix).toBe(prefix);
});

test.each([
  ...['/internalweb', '/internalweb/x', '/health', '/v1', '/api', '/api/public', '/trpc'],
  ...['/', 'public-api', '/public-api/', '/Public', '/a//b', '/a/../v1', '/:id', '/%61pi', '/a b'],
])('%s is refused as a prefix', (prefix) => {
  expect(() => parseEnv({ PUBLIC_API_PREFIX: prefix })).toThrow(/PUBLIC_API_PREFIX/);
});
