import { expect, test } from 'vitest';
import { AppError } from '#shared/errors.ts';
import { openaiDialect, readError } from './errors.ts';

const error = new AppError('bad_request', 'n: too many', { param: 'n' });
const envelope = {
  error: { message: 'n: too many', type: 'invalid_request_error', param: 'n', code: null },
};

test('an error has OpenAI’s envelope, as a body and as a frame', () => {
  expect(openaiDialect.errorBody(error, 'r1')).toEqual(envelope);
  const { data, event } = openaiDialect.errorFrame(error, 'r1');
  expect([event, JSON.parse(data)]).toEqual([undefined, envelope]);
});

test.each([
  ['{"error":{"message":"over capacity","code":"x"}}', 'over capacity'],
  ['{"error":"over capacity"}', 'over capacity'],
  ['{"error":{}}', 'The platform reported an error without a text.'],
  ['{"object":"error","message":"no such model"}', 'no such model'],
  ['{"code":0,"message":"Success"}', null],
  ['{"detail":"x"}', null],
  ['<html>', null],
])('the message in %s is %j', (body, message) => {
  expect(readError(Buffer.from(body))).toBe(message);
});
