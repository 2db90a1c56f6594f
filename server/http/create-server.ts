import http from 'node:http';
import type { Express } from 'express';

/**
 * An HTTP server whose request and response objects are Express's own from birth. Express replaces
 * their prototypes on every request otherwise, for which V8 drops its fast paths: less than half
 * the throughput (docs/benchmarks.md).
 */
export function createServer(app: Express): http.Server {
  return http.createServer(
    {
      IncomingMessage: bornAs(http.IncomingMessage, app.request) as typeof http.IncomingMessage,
      ServerResponse: bornAs(http.ServerResponse, app.response) as typeof http.ServerResponse,
      // NOTE: bounds how long a client may take to send a request; answers may take longer.
      requestTimeout: 120_000,
      headersTimeout: 20_000,
      keepAliveTimeout: 65_000,
    },
    app,
  );
}

/** A constructor whose instances already have the prototype that Express would give them. */
function bornAs(parent: unknown, prototype: object): unknown {
  const construct = parent as { call(self: object, ...args: unknown[]): void };
  function Born(this: object, ...args: unknown[]) {
    construct.call(this, ...args);
  }
  Born.prototype = prototype;
  return Born;
}
