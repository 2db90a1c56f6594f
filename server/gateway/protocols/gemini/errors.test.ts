import { expect, test } from 'vitest';
import { AppError, ERRORS, type ErrorCode } from '#shared/errors.ts';
import { geminiDialect, readError } from './errors.ts';

test.each([
  ['bad_request', 400, 'INVALID_ARGUMENT'],
  ['key_invalid', 401, 'UNAUTHENTICATED'],
  ['model_not_allowed', 403, 'PERMISSION_DENIED'],
  ['model_not_found', 404, 'NOT_FOUND'],
  ['conflict', 409, 'ABORTED'],
  ['body_too_large', 413, 'INVALID_ARGUMENT'],
  ['quota_exhausted', 429, 'RESOURCE_EXHAUSTED'],
  ['client_closed', 499, 'CANCELLED'],
  ['internal', 500, 'INTERNAL'],
  ['upstream_failed', 502, 'INTERNAL'],
  ['no_account', 503, 'UNAVAILABLE'],
  ['upstream_timeout', 504, 'DEADLINE_EXCEEDED'],
] as const)('%s is %i %s', (errorCode, code, status) => {
  const body = geminiDialect.errorBody(new AppError(errorCode, 'no'), 'req_1');
  expect(body).toMatchObject({
    error: { code, status, message: 'no', details: [{ metadata: { requestId: 'req_1' } }] },
  });
});

test('every error has a status of Google’s', () => {
  for (const code of Object.keys(ERRORS) as ErrorCode[]) {
    const body = geminiDialect.errorBody(new AppError(code, 'no'), 'req_1');
    expect(body).not.toMatchObject({ error: { status: 'UNKNOWN' } });
  }
});

test('says when to try again and which field is at fault', () => {
  const limited = new AppError('rate_limited', 'slow down', { retryAfterMs: 1_500 });
  expect(geminiDialect.errorBody(limited, 'req_1')).toMatchObject({
    error: {
      details: [{}, { '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '2s' }],
    },
  });
  const wrong = new AppError('bad_request', 'no', { param: 'contents' });
  const { data } = geminiDialect.errorFrame(wrong, 'req_1');
  expect(JSON.parse(data)).toMatchObject({
    error: { details: [{}, { fieldViolations: [{ field: 'contents' }] }] },
  });
});

test.each([
  ['{"error":{"message":"a"}}', 'a'],
  ['[{"error":{"message":"a"}}]', 'a'],
  ['{"error":"a"}', 'a'],
  ['{"error":{}}', 'The platform reported an error without a text.'],
  ['{"candidates":[]}', null],
  ['<html>', null],
])('%s says %s', (body, message) => {
  expect(readError(Buffer.from(body))).toBe(message);
});
