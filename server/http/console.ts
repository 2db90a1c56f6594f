import express, { type Router } from 'express';
import sirv from 'sirv';

/**
 * The web console: files with a hash in their name are kept by browsers for good, everything else
 * is asked for again, and any other path a browser opens gets the one page that routes by itself.
 */
export function serveConsole(dist: string): Router {
  const router = express.Router();
  const files = sirv(dist, {
    single: true,
    // NOTE: `//v1` is a base URL with a slash too many, for which a page would be a riddle.
    ignores: '^//',
    etag: true,
    setHeaders(res, path) {
      const kept = path.startsWith('/assets/');
      res.setHeader('cache-control', kept ? 'public, max-age=31536000, immutable' : 'no-cache');
    },
  });
  router.use((req, res, next) => {
    if (req.method !== 'GET' && req.method !== 'HEAD') return next();
    files(req, res, next);
  });
  return router;
}
