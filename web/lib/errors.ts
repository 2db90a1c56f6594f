import { ERRORS, type ErrorCode } from '#shared/errors.ts';

export type FieldError = { field: string; message: string };

/** An error as the console speaks of it, whatever threw it. */
export type ReadableError = {
  /** A row of shared/errors.ts; `network` when no answer came. */
  code: ErrorCode | 'network';
  /** The server's own sentence, in English; empty when it has none. */
  message: string;
  fieldErrors: FieldError[];
  /** The one field a rule of the server is about, e.g. `name` when it is taken. */
  param: string | null;
  retryAfterMs: number | null;
  requestId: string | null;
};

const TRPC_TO_CODE: Record<string, ErrorCode> = {
  UNAUTHORIZED: 'not_signed_in',
  FORBIDDEN: 'forbidden',
  NOT_FOUND: 'not_found',
  TOO_MANY_REQUESTS: 'too_many_tries',
  BAD_REQUEST: 'bad_request',
  PAYLOAD_TOO_LARGE: 'body_too_large',
  SERVICE_UNAVAILABLE: 'storage_unavailable',
};

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function isErrorCode(value: unknown): value is ErrorCode {
  return typeof value === 'string' && Object.hasOwn(ERRORS, value);
}

function readFieldErrors(value: unknown): FieldError[] {
  if (!Array.isArray(value)) return [];
  return value.flatMap((entry: unknown) => {
    if (!isRecord(entry)) return [];
    const { field, message } = entry;
    return typeof field === 'string' && typeof message === 'string' ? [{ field, message }] : [];
  });
}

function codeOf(data: Record<string, unknown>): ErrorCode {
  const appCode = data['appCode'];
  if (isErrorCode(appCode)) return appCode;
  const trpcCode = data['code'];
  return (typeof trpcCode === 'string' ? TRPC_TO_CODE[trpcCode] : undefined) ?? 'internal';
}

/** Reads whatever a query, mutation or route threw. Never throws itself. */
export function readError(error: unknown): ReadableError {
  const data = isRecord(error) ? error['data'] : undefined;
  const message = error instanceof Error ? error.message : '';
  if (!isRecord(data)) {
    // NOTE: tRPC wraps what happened before an answer (no connection, not JSON) without data.
    const answered = !(isRecord(error) && error['name'] === 'TRPCClientError');
    return {
      code: answered ? 'internal' : 'network',
      message: answered ? message : '',
      fieldErrors: [],
      param: null,
      retryAfterMs: null,
      requestId: null,
    };
  }
  const { param, retryAfterMs, requestId } = data;
  return {
    code: codeOf(data),
    message,
    fieldErrors: readFieldErrors(data['fieldErrors']),
    param: typeof param === 'string' ? param : null,
    retryAfterMs: typeof retryAfterMs === 'number' ? retryAfterMs : null,
    requestId: typeof requestId === 'string' ? requestId : null,
  };
}
