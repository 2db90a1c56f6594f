import type net from 'node:net';

/** Larger requests never ask for a stream, so they are counted, not kept. */
const MOST_KEPT_BYTES = 4_096;

/** Reads as much HTTP as the targets send, and hands on each request's text ('' of a large one). */
export function readRequests(socket: net.Socket, answer: (request: string) => void): void {
  let kept = '';
  let left = -1;
  socket.on('data', (chunk) => {
    if (left < 0) {
      kept += chunk.toString('latin1');
      const bodyAt = kept.indexOf('\r\n\r\n') + 4;
      if (bodyAt < 4) return;
      const length = Number(/\r\ncontent-length: *(\d+)/i.exec(kept)?.[1] ?? 0);
      left = length - (kept.length - bodyAt);
      if (length > MOST_KEPT_BYTES) kept = '';
    } else {
      left -= chunk.length;
      if (kept !== '') kept += chunk.toString('latin1');
    }
    if (left > 0) return;
    const request = kept;
    kept = '';
    left = -1;
    answer(request);
  });
  socket.on('error', () => socket.destroy());
}

/** A piece of an answer whose length is not known beforehand. */
export function httpChunk(text: string): string {
  return `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`;
}

/** Listens on a free port and says where. */
export function announce(server: net.Server): void {
  server.listen({ port: 0, host: '127.0.0.1', backlog: 4_096 }, () => {
    const { port } = server.address() as net.AddressInfo;
    process.stdout.write(`ready at http://127.0.0.1:${port}\n`);
  });
}
