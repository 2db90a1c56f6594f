import { type AppError, ERRORS } from '#shared/errors.ts';
import { isObject } from '../body.ts';
import { errorReader, errorMessage as usualMessage } from '../error-message.ts';
import type { Dialect } from '../protocol.ts';

/**
 * OpenAI's error envelope, as a body and as a frame: official clients raise it from within a stream.
 * Source: https://platform.openai.com/docs/guides/error-codes
 */
export const openaiDialect: Dialect = {
  errorBody,
  errorFrame: (error) => ({ data: JSON.stringify(errorBody(error)) }),
};

function errorBody(error: AppError): object {
  const [type, code] = ERRORS[error.code].openai;
  return { error: { message: error.message, type, param: error.param ?? null, code } };
}

/** The usual, or a bare `{code, message}` (iFlytek Spark) where choices are missing. */
export function errorMessage(json: unknown): string | null {
  return usualMessage(json) ?? bareMessage(json);
}

/** The message in a platform's error body, null when it has none. */
export const readError = errorReader(errorMessage);

/** NOTE: Spark says `{code: 0, message: "Success"}` with what it did right. */
function bareMessage(json: unknown): string | null {
  if (!isObject(json)) return null;
  const { code, message, choices } = json as Record<'code' | 'message' | 'choices', unknown>;
  return typeof message === 'string' && code !== 0 && !Array.isArray(choices) ? message : null;
}
