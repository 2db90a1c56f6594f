import type { AppError } from '#shared/errors.ts';
import { ERRORS } from '#shared/errors.ts';
import { errorReader } from '../error-message.ts';
import { openaiDialect } from '../openai-chat/errors.ts';
import type { Dialect, Frame } from '../protocol.ts';

/** OpenAI's envelope, and the event that ends a stream of Responses. */
export const responsesDialect: Dialect = {
  errorBody: openaiDialect.errorBody,
  // NOTE: where the stream stood is not known here; clients do not look at an error's number.
  errorFrame: (error) => errorFrame(error, 0),
};

/**
 * The documented event has its members at the top, the one that OpenAI sends has them in `error`;
 * clients look for either, so both are there.
 * Source: https://platform.openai.com/docs/api-reference/responses-streaming/error
 */
export function errorFrame(error: AppError, sequenceNumber: number): Frame {
  const [type, code] = ERRORS[error.code].openai;
  const said = { code, message: error.message, param: error.param ?? null };
  return {
    event: 'error',
    data: JSON.stringify({
      type: 'error',
      ...said,
      sequence_number: sequenceNumber,
      // NOTE: some clients want a text for the code, of the one in `error` only.
      error: { type, ...said, code: code ?? type },
    }),
  };
}

/** The message in a platform's error body, if it has one. */
export const readError = errorReader();
