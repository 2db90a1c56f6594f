import type { Request } from 'express';

/** The query of a request, read without the framework's own ideas of arrays and objects. */
export function queryOf(req: Request): URLSearchParams {
  const start = req.originalUrl.indexOf('?');
  return new URLSearchParams(start < 0 ? '' : req.originalUrl.slice(start + 1));
}
