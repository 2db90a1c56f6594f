import { type AppError, ERRORS } from '#shared/errors.ts';
import { errorReader, errorMessage as usualMessage } from '../error-message.ts';
import type { Dialect } from '../protocol.ts';

/** Google's name of each HTTP status. Source: https://cloud.google.com/apis/design/errors#handling_errors */
const STATUSES: Readonly<Record<number, string>> = {
  400: 'INVALID_ARGUMENT',
  401: 'UNAUTHENTICATED',
  403: 'PERMISSION_DENIED',
  404: 'NOT_FOUND',
  405: 'UNIMPLEMENTED',
  409: 'ABORTED',
  413: 'INVALID_ARGUMENT',
  415: 'INVALID_ARGUMENT',
  429: 'RESOURCE_EXHAUSTED',
  499: 'CANCELLED',
  500: 'INTERNAL',
  502: 'INTERNAL',
  503: 'UNAVAILABLE',
  504: 'DEADLINE_EXCEEDED',
};

const TYPES = 'type.googleapis.com/google.rpc.';

/**
 * Google's error envelope, as a body and as a piece of a stream; the request id stands among the
 * details. Source: https://ai.google.dev/gemini-api/docs/troubleshooting, https://google.aip.dev/193
 */
export const geminiDialect: Dialect = {
  errorBody,
  errorFrame: (error, requestId) => ({ data: JSON.stringify(errorBody(error, requestId)) }),
};

function errorBody(error: AppError, requestId: string): object {
  const { http } = ERRORS[error.code];
  const details: object[] = [
    {
      '@type': `${TYPES}ErrorInfo`,
      reason: error.code.toUpperCase(),
      domain: 'gatehouse',
      metadata: { requestId },
    },
  ];
  if (error.param !== undefined) {
    const violation = { field: error.param, description: error.message };
    details.push({ '@type': `${TYPES}BadRequest`, fieldViolations: [violation] });
  }
  if (http === 429 && error.retryAfterMs !== undefined) {
    const retryDelay = `${Math.ceil(error.retryAfterMs / 1000)}s`;
    details.push({ '@type': `${TYPES}RetryInfo`, retryDelay });
  }
  const status = STATUSES[http] ?? 'UNKNOWN';
  return { error: { code: http, message: error.message, status, details } };
}

/** The usual, or the same in an array, as it comes from streams without SSE. */
export function errorMessage(json: unknown): string | null {
  return usualMessage(Array.isArray(json) ? json[0] : json);
}

/** The message in a platform's error body, if it has one. */
export const readError = errorReader(errorMessage);
