import { type AppError, ERRORS } from '#shared/errors.ts';
import { isObject } from '../body.ts';
import { errorReader, NO_TEXT, errorMessage as usualMessage } from '../error-message.ts';
import type { Dialect, Frame } from '../protocol.ts';

/** Anthropic's error types by status; other 4xx are the request's fault, other 5xx the server's. */
const TYPES: Readonly<Record<number, string>> = {
  401: 'authentication_error',
  403: 'permission_error',
  404: 'not_found_error',
  413: 'request_too_large',
  429: 'rate_limit_error',
  503: 'overloaded_error',
  504: 'timeout_error',
};

/**
 * Anthropic's error envelope.
 * Source: https://platform.claude.com/docs/en/api/errors
 */
function errorBody(error: AppError, requestId: string): object {
  const status = ERRORS[error.code].http;
  const type = TYPES[status] ?? (status < 500 ? 'invalid_request_error' : 'api_error');
  return { type: 'error', error: { type, message: error.message }, request_id: requestId };
}

/** The same as an event: official clients raise it from within a stream. */
function errorFrame(error: AppError, requestId: string): Frame {
  return { event: 'error', data: JSON.stringify(errorBody(error, requestId)) };
}

/** How doors of this protocol speak of errors. */
export const anthropicDialect: Dialect = { errorBody, errorFrame };

/** The usual; an event or body may also say no more than that it is an error. */
export function errorMessage(json: unknown): string | null {
  return usualMessage(json) ?? (isObject(json) && json['type'] === 'error' ? NO_TEXT : null);
}

/** The message of an error body, or null where there is none. */
export const readError = errorReader(errorMessage);
