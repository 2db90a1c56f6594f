import type { RequestHandler } from 'express';

const METHODS = 'GET, POST, PUT, PATCH, DELETE';
const HEADERS =
  'authorization, content-type, x-api-key, x-goog-api-key, x-account-type, x-api-type, x-api-secret';
const SHOWN = 'x-request-id, retry-after';
const KEPT_S = '600';

/**
 * Lets pages of these origins, and no others, call what follows. Nothing is ever answered to `*`:
 * browsers of other origins get the answer and do not show it to their page.
 */
export function allowOrigins(origins: readonly string[]): RequestHandler {
  const allowed = new Set(origins);
  return (req, res, next) => {
    const { origin } = req.headers;
    res.vary('origin');
    if (origin !== undefined && allowed.has(origin)) {
      res.setHeader('access-control-allow-origin', origin);
      // What binds a sign-in by another service to the browser is a cookie.
      res.setHeader('access-control-allow-credentials', 'true');
      res.setHeader('access-control-expose-headers', SHOWN);
    }
    if (req.method !== 'OPTIONS') return next();
    if (res.hasHeader('access-control-allow-origin')) {
      res.setHeader('access-control-allow-methods', METHODS);
      res.setHeader('access-control-allow-headers', HEADERS);
      res.setHeader('access-control-max-age', KEPT_S);
    }
    res.status(204).end();
  };
}
