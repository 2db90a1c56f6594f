import { join } from 'node:path';
import express, { type Router } from 'express';

const ASK_AGAIN = { 'cache-control': 'no-cache' };

/**
 * The web console: files with a hash in their name are kept by browsers for good, everything else
 * is asked for again, and any other path a browser opens gets the one page that routes by itself.
 */
export function serveConsole(dist: string): Router {
  const router = express.Router();
  router.use(
    '/assets',
    express.static(join(dist, 'assets'), {
      immutable: true,
      maxAge: '365d',
      index: false,
      redirect: false,
    }),
    // NOTE: a script that is not there must not be answered with a page.
    (_req, _res, next) => next('router'),
  );
  router.use(
    express.static(dist, {
      index: false,
      redirect: false,
      setHeaders: (res) => void res.set(ASK_AGAIN),
    }),
  );
  router.use((req, res, next) => {
    // NOTE: `//v1` is a base URL with a slash too many, for which a page would be a riddle.
    const page = (req.method === 'GET' || req.method === 'HEAD') && !req.path.startsWith('//');
    if (!page) return next();
    res.sendFile('index.html', { root: dist, headers: ASK_AGAIN }, (error) => {
      if (error) next(res.headersSent ? undefined : error);
    });
  });
  return router;
}
