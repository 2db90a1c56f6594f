import type { ServerResponse } from 'node:http';
import type { Clock } from '../infra/clock.ts';
import type { Reply } from './exchange.ts';

const HEARTBEAT = Buffer.from(': heartbeat\n\n');

/**
 * An answer over HTTP. Heartbeats are SSE comments: they keep proxies from closing a quiet
 * connection and every client ignores them.
 */
export function createHttpReply(
  res: ServerResponse,
  { clock, heartbeatMs }: { clock: Clock; heartbeatMs: number },
): Reply {
  let cancelHeartbeat: (() => void) | null = null;
  const stopHeartbeats = () => {
    cancelHeartbeat?.();
    cancelHeartbeat = null;
  };
  res.once('close', stopHeartbeats);

  const startStream = () => {
    if (res.headersSent || res.destroyed) return;
    res.writeHead(200, {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-cache, no-transform',
      'x-accel-buffering': 'no',
    });
    res.flushHeaders();
  };
  const keepAlive = () => {
    stopHeartbeats();
    if (res.destroyed) return;
    cancelHeartbeat = clock.setTimer(heartbeatMs, () => {
      startStream();
      // NOTE: a client that does not read needs no heartbeat; writing would only grow the buffer.
      if (!res.writableNeedDrain) res.write(HEARTBEAT);
      keepAlive();
    });
  };

  return {
    get started() {
      return res.headersSent;
    },
    startStream,
    keepAlive,
    async write(bytes) {
      if (res.destroyed) return;
      if (cancelHeartbeat) keepAlive();
      if (!res.write(bytes)) await drained(res);
    },
    endStream(last) {
      stopHeartbeats();
      if (!res.destroyed) res.end(last);
    },
    json(status, body, headers = {}) {
      stopHeartbeats();
      if (res.destroyed || res.headersSent) return;
      const bytes = body instanceof Uint8Array ? body : Buffer.from(JSON.stringify(body));
      res.writeHead(status, {
        ...headers,
        'content-type': 'application/json; charset=utf-8',
        'content-length': bytes.length,
      });
      res.end(bytes);
    },
  };
}

/** Resolves when the client has read enough, or is gone. */
function drained(res: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      res.off('drain', done);
      res.off('close', done);
      resolve();
    };
    res.once('drain', done);
    res.once('close', done);
  });
}
