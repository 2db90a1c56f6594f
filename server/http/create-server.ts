import http, { type IncomingMessage, type ServerResponse } from 'node:http';
import type { Express } from 'express';

export type Handle = (req: IncomingMessage, res: ServerResponse) => void;

/** Who answers a request without the web framework; null = nobody. */
export type Shortcut = (req: IncomingMessage) => Handle | null;

/**
 * An HTTP server before `app`, which a request that has a shortcut does not meet: Express gives every
 * request and answer another prototype, for which V8 drops its fast paths, and objects that have it
 * from birth cost a third as much again as Node's own (docs/performance.md).
 */
export function createServer(app: Express, shortcut: Shortcut = () => null): http.Server {
  return http.createServer(
    {
      // NOTE: bounds how long a client may take to send a request; answers may take longer.
      requestTimeout: 120_000,
      headersTimeout: 20_000,
      keepAliveTimeout: 65_000,
    },
    (req, res) => (shortcut(req) ?? (app as Handle))(req, res),
  );
}
