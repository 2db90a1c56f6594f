import { AppError } from '#shared/errors.ts';

const TIMEOUTS: Record<string, string> = {
  UND_ERR_CONNECT_TIMEOUT: 'did not accept a connection in time',
  ETIMEDOUT: 'did not accept a connection in time',
  UND_ERR_HEADERS_TIMEOUT: 'did not answer in time',
  UND_ERR_BODY_TIMEOUT: 'stopped sending its answer',
};

const FAILURES: Record<string, string> = {
  ECONNREFUSED: 'refused the connection',
  ECONNRESET: 'closed the connection',
  EPIPE: 'closed the connection',
  UND_ERR_SOCKET: 'closed the connection',
  ENOTFOUND: 'has no address: its name is not known',
  EAI_AGAIN: 'could not be looked up: the name server does not answer',
  ENETUNREACH: 'cannot be reached from here',
  EHOSTUNREACH: 'cannot be reached from here',
  UND_ERR_HEADERS_OVERFLOW: 'sent headers that are too long',
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: 'sent less or more than it announced',
  UND_ERR_DESTROYED: 'was not called: the server is stopping',
  UND_ERR_CLOSED: 'was not called: the server is stopping',
};

/**
 * What went wrong with a request, in plain words that name the origin only (paths, queries and headers
 * may carry secrets). Use it for errors of the answer's body too. An AppError comes back as it is.
 */
export function outboundError(thrown: unknown, origin: string): AppError {
  if (thrown instanceof AppError) return thrown;
  const code = codeOf(thrown);
  const late = TIMEOUTS[code];
  if (late) return new AppError('upstream_timeout', `${origin} ${late}.`, { cause: thrown });
  if (code === 'UND_ERR_INVALID_ARG' || code === 'UND_ERR_REQ_CONTENT_LENGTH_MISMATCH') {
    const text = `The request to ${origin} is malformed: look for line breaks or odd characters in its credential and headers.`;
    return new AppError('bad_request', text, { cause: thrown });
  }
  return new AppError('upstream_failed', `${origin} ${FAILURES[code] ?? otherText(code)}.`, {
    cause: thrown,
  });
}

function otherText(code: string): string {
  if (code.startsWith('HPE_')) return 'sent something that is not HTTP';
  if (/^(ERR_TLS|ERR_SSL|CERT_|DEPTH_|SELF_SIGNED|UNABLE_TO)/.test(code)) {
    return `has a TLS certificate or set-up that is not trusted (${code})`;
  }
  return code === '' ? 'could not be called' : `could not be called (${code})`;
}

function codeOf(thrown: unknown): string {
  if (typeof thrown !== 'object' || thrown === null) return '';
  const { code, errors } = thrown as { code?: unknown; errors?: unknown };
  if (typeof code === 'string') return code;
  return Array.isArray(errors) ? codeOf(errors[0]) : '';
}
