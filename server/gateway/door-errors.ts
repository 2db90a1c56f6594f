import type { ServerResponse } from 'node:http';
import type { ErrorRequestHandler, Request, RequestHandler } from 'express';
import { AppError, ERRORS, toAppError } from '#shared/errors.ts';
import { anthropicDialect } from './protocols/anthropic-messages/errors.ts';
import { errorHeaders } from './protocols/error-headers.ts';
import { geminiDialect } from './protocols/gemini/errors.ts';
import { openaiDialect } from './protocols/openai-chat/errors.ts';
import type { Dialect } from './protocols/protocol.ts';

export type DoorErrorsDeps = {
  newId: () => string;
  onInternalError: (error: unknown, requestId: string) => void;
};

/** Which dialect a URL is spoken to in: decided by its path alone, for what no route answers. */
export function dialectOf(url: string): Dialect {
  const path = withoutQuery(url);
  if (/^(\/playground)?(\/v1beta(\/|$)|\/v1\/models\/.+:\w+$)/.test(path)) return geminiDialect;
  if (/^(\/playground)?\/v1\/messages(\/|$)/.test(path)) return anthropicDialect;
  return openaiDialect;
}

/** Sends an error as the door's clients expect it. */
export function sendError(res: ServerResponse, error: AppError, dialect: Dialect): void {
  const id = String(res.getHeader('x-request-id') ?? '');
  const body = Buffer.from(JSON.stringify(dialect.errorBody(error, id)));
  res.writeHead(ERRORS[error.code].http, {
    ...errorHeaders(error),
    'content-type': 'application/json; charset=utf-8',
    'content-length': body.length,
  });
  res.end(body);
}

/** Answers for what no door answers, in the dialect of the path. */
export function createDoorErrors({ newId, onInternalError }: DoorErrorsDeps) {
  const nothingHere: RequestHandler = (req, res) => {
    res.setHeader('x-request-id', newId());
    const message = `There is nothing at ${req.method} ${req.baseUrl}${req.path}.`;
    const hint = `See GET ${req.baseUrl || '/v1'}/models.`;
    sendError(res, new AppError('not_found', `${message} ${hint}`), dialectOf(pathOf(req)));
  };

  // NOTE: Express's own page for what it cannot route shows a stack.
  const brokenHere: ErrorRequestHandler = (thrown: { status?: number }, req, res, next) => {
    if (res.headersSent) return next(thrown);
    const id = newId();
    res.setHeader('x-request-id', id);
    const dialect = dialectOf(pathOf(req));
    if (thrown.status === 400) {
      const message = `The path ${pathOf(req)} is malformed: look at its % signs.`;
      return sendError(res, new AppError('bad_request', message), dialect);
    }
    onInternalError(thrown, id);
    sendError(res, toAppError(thrown), dialect);
  };

  const methodNotAllowed =
    (allow: string): RequestHandler =>
    (req, res) => {
      res.setHeader('x-request-id', newId());
      res.setHeader('allow', allow);
      const error = new AppError('method_not_allowed', `Use ${allow}, not ${req.method}, here.`);
      sendError(res, error, dialectOf(pathOf(req)));
    };

  return { nothingHere, brokenHere, methodNotAllowed };
}

function pathOf(req: Request): string {
  return withoutQuery(req.originalUrl);
}

/** NOTE: the query may carry a key. */
function withoutQuery(url: string): string {
  return url.split('?', 1)[0] ?? '';
}
