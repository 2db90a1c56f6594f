import { expect, test } from 'vitest';
import { AppError } from '#shared/errors.ts';
import { errorHeaders } from './error-headers.ts';

test('a client is told when to try again, in whole seconds, and when it is of no use', () => {
  expect(errorHeaders(new AppError('rate_limited', '', { retryAfterMs: 1_200 }))).toEqual({
    'retry-after': '2',
  });
  expect(errorHeaders(new AppError('quota_exhausted', ''))).toEqual({ 'x-should-retry': 'false' });
  expect(errorHeaders(new AppError('internal', ''))).toEqual({});
});
