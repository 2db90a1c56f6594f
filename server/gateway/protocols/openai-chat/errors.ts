import { type AppError, ERRORS } from '#shared/errors.ts';
import { isObject, tryParseObject } from '../body.ts';
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

/** The message in a platform's error body, null when it has none. */
export function readError(body: Buffer): string | null {
  const json = tryParseObject(body.toString());
  return json === null ? null : errorMessage(json);
}

/**
 * What a body says instead of an answer: `{error: {message}}`, the `{error: "text"}` of some
 * compatible servers, or a bare `{code, message}` (iFlytek Spark) where choices are missing.
 */
export function errorMessage(json: Record<string, unknown>): string | null {
  const { error } = json as { error?: unknown };
  if (error === undefined || error === null) return bareMessage(json);
  if (typeof error === 'string') return error;
  const said = isObject(error) ? error['message'] : null;
  return typeof said === 'string' ? said : 'The platform reported an error without a text.';
}

/** NOTE: Spark says `{code: 0, message: "Success"}` with what it did right. */
function bareMessage(json: Record<string, unknown>): string | null {
  const { code, message, choices } = json as Record<'code' | 'message' | 'choices', unknown>;
  return typeof message === 'string' && code !== 0 && !Array.isArray(choices) ? message : null;
}
