import type { IncomingMessage } from 'node:http';

/** The query of a request, read without the framework's own ideas of arrays and objects. */
export function queryOf(req: IncomingMessage & { originalUrl?: string }): URLSearchParams {
  const url = req.originalUrl ?? req.url ?? '';
  const start = url.indexOf('?');
  return new URLSearchParams(start < 0 ? '' : url.slice(start + 1));
}
