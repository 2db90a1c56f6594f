import { type AppError, ERRORS } from '#shared/errors.ts';

/**
 * OpenAI's error envelope.
 * Source: https://platform.openai.com/docs/guides/error-codes
 */
export function errorBody(error: AppError): object {
  const [type, code] = ERRORS[error.code].openai;
  return { error: { message: error.message, type, param: error.param ?? null, code } };
}

/** The same as a frame: official clients raise it from within a stream. */
export function errorFrame(error: AppError): Buffer {
  return Buffer.from(`data: ${JSON.stringify(errorBody(error))}\n\n`);
}

/** Headers that go with an error before the first byte. */
export function errorHeaders(error: AppError): Record<string, string> {
  const headers: Record<string, string> = {};
  if (error.retryAfterMs !== undefined) {
    headers['retry-after'] = String(Math.ceil(error.retryAfterMs / 1000));
  }
  // NOTE: official clients retry 429 by themselves, which is of no use until the day is over.
  if (error.code === 'quota_exhausted') headers['x-should-retry'] = 'false';
  return headers;
}
