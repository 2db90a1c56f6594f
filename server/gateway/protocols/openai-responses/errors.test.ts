import { expect, test } from 'vitest';
import { AppError } from '#shared/errors.ts';
import { openaiResponses } from './index.ts';

test('the event that ends a stream holds the error as documented and as it is sent', () => {
  const error = new AppError('bad_request', 'No.', { param: 'input' });
  const { event, data } = openaiResponses.errorFrame(error, 'r');
  expect(event).toBe('error');
  expect(JSON.parse(data)).toEqual({
    type: 'error',
    code: null,
    message: 'No.',
    param: 'input',
    sequence_number: 0,
    error: {
      type: 'invalid_request_error',
      code: 'invalid_request_error',
      message: 'No.',
      param: 'input',
    },
  });
});

test.each([
  ['{"error":{"message":"No."}}', 'No.'],
  ['{"error":"No."}', 'No.'],
  ['{"error":{}}', 'The platform reported an error without a text.'],
  ['{"error":null}', null],
  ['nonsense', null],
])('the message in %s', (body, message) => {
  expect(openaiResponses.readError(Buffer.from(body))).toBe(message);
});
