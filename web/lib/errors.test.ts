import { TRPCClientError } from '@trpc/client';
import { describe, expect, test } from 'vitest';
import { readError } from './errors.ts';

function fromServer(data: Record<string, unknown>, message = 'Sign in first.') {
  return TRPCClientError.from({ error: { code: -32001, message, data } });
}

describe('readError', () => {
  test('reads code, sentence, fields and request id of an answer', () => {
    const error = fromServer({
      code: 'BAD_REQUEST',
      appCode: 'bad_request',
      fieldErrors: [{ field: 'name', message: 'too short' }, { field: 7 }],
      param: 'name',
      retryAfterMs: 1_500,
      requestId: 'r-1',
    });
    expect(readError(error)).toEqual({
      code: 'bad_request',
      message: 'Sign in first.',
      fieldErrors: [{ field: 'name', message: 'too short' }],
      param: 'name',
      retryAfterMs: 1_500,
      requestId: 'r-1',
    });
  });

  test('falls back to the tRPC code when the server names none', () => {
    expect(readError(fromServer({ code: 'FORBIDDEN', appCode: null })).code).toBe('forbidden');
    expect(readError(fromServer({ code: 'SURPRISE', appCode: 'new_code' })).code).toBe('internal');
  });

  test('no answer at all is a network error without the browser’s own sentence', () => {
    const error = TRPCClientError.from(new TypeError('Failed to fetch'));
    expect(readError(error)).toMatchObject({ code: 'network', message: '' });
  });

  test('an error of our own code is internal', () => {
    expect(readError(new Error('x is undefined')).code).toBe('internal');
  });

  test.each([null, undefined, 'text', 7, {}, { data: null }, { data: 'x' }])(
    'survives %j',
    (thrown) => {
      expect(readError(thrown).code).toBe('internal');
    },
  );
});
