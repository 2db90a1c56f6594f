import type { ServerResponse } from 'node:http';
import type { Writable } from 'node:stream';
import type { Clock } from '../infra/clock.ts';
import type { Reply } from './exchange.ts';
import { type Framing, SSE } from './protocols/framing.ts';
import type { Frame } from './protocols/protocol.ts';

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
  let framing: Framing = SSE;
  let isEmpty = true;
  const stopHeartbeats = () => {
    cancelHeartbeat?.();
    cancelHeartbeat = null;
  };
  res.once('close', stopHeartbeats);

  const start = (contentType: string) => {
    if (res.headersSent || res.destroyed) return;
    res.writeHead(200, {
      'content-type': contentType,
      'cache-control': 'no-cache, no-transform',
      'x-accel-buffering': 'no',
    });
    res.flushHeaders();
  };
  const startStream = (as: Framing) => {
    framing = as;
    start(as.contentType);
  };
  const heartbeatIn = (ms: number, as: Framing) => {
    stopHeartbeats();
    if (res.destroyed) return;
    cancelHeartbeat = clock.setTimer(ms, () => {
      // NOTE: looked up when the timer fires, for setting it anew with every frame costs more.
      const wait = lastWriteAt + heartbeatMs - clock.now();
      if (wait > 0) return heartbeatIn(wait, as);
      startStream(as);
      // NOTE: a client that does not read needs no heartbeat; writing would only grow the buffer.
      if (!res.writableNeedDrain) res.write(as.heartbeat);
      heartbeatIn(heartbeatMs, as);
    });
  };
  const textOf = (frames: Frame[]): string => {
    let text = '';
    for (const frame of frames) {
      text += framing.frame(frame, isEmpty);
      isEmpty = false;
    }
    return text;
  };
  const onWire = (more: readonly (Uint8Array | Frame[])[]): Uint8Array | string => {
    const pieces = more.map((piece) => (piece instanceof Uint8Array ? piece : textOf(piece)));
    const [first] = pieces;
    if (first !== undefined && pieces.length === 1) return first;
    return Buffer.concat(
      pieces.map((piece) => (typeof piece === 'string' ? Buffer.from(piece) : piece)),
    );
  };

  return {
    // NOTE: no getter. V8 makes a class of its own for each object that has one from a literal, and
    // keeps it, the answer and the request until the next full collection.
    isStarted: () => res.headersSent,
    header(name, value) {
      if (!res.headersSent) res.setHeader(name, value);
    },
    startStream,
    startRaw: start,
    keepAlive: (as) => heartbeatIn(heartbeatMs, as),
    write(more) {
      if (res.destroyed) return null;
      const bytes = onWire(more);
      if (bytes.length === 0) return null;
      lastWriteAt = clock.now();
      const taker = writeTo(res, bytes);
      if (!taker) return null;
      res.setTimeout(stallMs);
      return drained(taker, signal).then(() => void res.setTimeout(0));
    },
    endStream(last) {
      stopHeartbeats();
      if (res.destroyed) return;
      const bytes = onWire([last]);
      if (bytes.length > 0) res.write(bytes);
      res.end(framing.close(isEmpty));
      res.setTimeout(stallMs);
    },
    breakOff() {
      stopHeartbeats();
      res.destroy();
    },
    send(status, body, headers = {}) {
      stopHeartbeats();
      if (res.destroyed || res.headersSent) return;
      const bytes = body instanceof Uint8Array ? body : Buffer.from(JSON.stringify(body));
      res.writeHead(status, {
        'content-type': 'application/json; charset=utf-8',
        ...headers,
        'content-length': bytes.length,
      });
      res.end(bytes);
      res.setTimeout(stallMs);
    },
  };
}

/**
 * Writes a piece of a chunked answer; what to wait for when the client has enough for now, else null.
 *
 * NOTE: Node writes a chunk's length, its bytes and its end apart, and puts all that together again
 * before it goes out. A chunk that is framed here is one write. Only while the connection is this
 * answer's: before that (pipelining), and where nothing is chunked (HTTP/1.0), Node takes care.
 */
function writeTo(res: ServerResponse, bytes: Uint8Array | string): Writable | null {
  const { socket } = res;
  if (!socket || !res.chunkedEncoding) return res.write(bytes) ? null : res;
  return socket.write(chunkOf(bytes)) ? null : socket;
}

const CHUNK_END = Buffer.from('\r\n');

function chunkOf(bytes: Uint8Array | string): Uint8Array | string {
  if (typeof bytes === 'string') {
    return `${Buffer.byteLength(bytes).toString(16)}\r\n${bytes}\r\n`;
  }
  const start = `${bytes.length.toString(16)}\r\n`;
  const chunk = Buffer.allocUnsafe(start.length + bytes.length + CHUNK_END.length);
  chunk.write(start, 'latin1');
  chunk.set(bytes, start.length);
  chunk.set(CHUNK_END, start.length + bytes.length);
  return chunk;
}

/** Resolves when the client has read enough or is gone, or the signal aborts. */
function drained(res: Writable, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
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
