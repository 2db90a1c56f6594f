import type { ServerResponse } from 'node:http';
import type { Clock } from '../infra/clock.ts';
import type { Reply } from './exchange.ts';

const HEARTBEAT = Buffer.from(': heartbeat\n\n');
const STALL_MS = 120_000;

export type HttpReplyOptions = {
  clock: Clock;
  heartbeatMs: number;
  /** Ends every wait for the client. */
  signal: AbortSignal;
  /** A client that takes nothing of what is ready for so long is let go: its connection is closed. */
  stallMs?: number;
};

/**
 * An answer over HTTP. Heartbeats are SSE comments: they keep proxies from closing a quiet
 * connection and every client ignores them.
 */
export function createHttpReply(
  res: ServerResponse,
  { clock, heartbeatMs, signal, stallMs = STALL_MS }: HttpReplyOptions,
): Reply {
  let cancelHeartbeat: (() => void) | null = null;
  let lastWriteAt = 0;
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
  const heartbeatIn = (ms: number) => {
    stopHeartbeats();
    if (res.destroyed) return;
    cancelHeartbeat = clock.setTimer(ms, () => {
      // NOTE: looked up when the timer fires, for setting it anew with every frame costs more.
      const wait = lastWriteAt + heartbeatMs - clock.now();
      if (wait > 0) return heartbeatIn(wait);
      startStream();
      // NOTE: a client that does not read needs no heartbeat; writing would only grow the buffer.
      if (!res.writableNeedDrain) res.write(HEARTBEAT);
      heartbeatIn(heartbeatMs);
    });
  };

  return {
    get started() {
      return res.headersSent;
    },
    startStream,
    keepAlive: () => heartbeatIn(heartbeatMs),
    async write(bytes) {
      if (res.destroyed) return;
      lastWriteAt = clock.now();
      if (res.write(bytes)) return;
      res.setTimeout(stallMs);
      await drained(res, signal);
      res.setTimeout(0);
    },
    endStream(last) {
      stopHeartbeats();
      if (res.destroyed) return;
      res.end(last);
      res.setTimeout(stallMs);
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
      res.setTimeout(stallMs);
    },
  };
}

/** Resolves when the client has read enough or is gone, or the signal aborts. */
function drained(res: ServerResponse, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      res.off('drain', done);
      res.off('close', done);
      signal.removeEventListener('abort', done);
      resolve();
    };
    res.once('drain', done);
    res.once('close', done);
    signal.addEventListener('abort', done);
  });
}
