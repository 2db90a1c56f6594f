import net from 'node:net';
import { Protocol } from '#shared/schemas/platforms.ts';
import { stamp } from './load/stamps.ts';
import { chunksToStop, readWish, type Wish } from './protocols/requests.ts';
import { protocolOf, WIRES } from './protocols/wire.ts';
import { announce, httpChunk, readRequests } from './request-reader.ts';

/*
 * Platforms of every protocol on one port, told apart by the path, which stream from buffers made
 * beforehand. The first chunk carries a stamp of when it was written; every chunk has one mark.
 */

const HEAD =
  'HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n';
const WORDS = ' ipsum@';
/** Chunks written at once, as a network hands them over. */
const BATCH = 16;

const READY = Object.fromEntries(
  Protocol.options.map((protocol) => {
    const chunk = httpChunk(WIRES[protocol].words(WORDS));
    return [protocol, { one: Buffer.from(chunk), batch: Buffer.from(chunk.repeat(BATCH)) }];
  }),
) as Record<Protocol, { one: Buffer; batch: Buffer }>;

/** Goes on with the stream that has stopped; there is one at most. */
let goOn: (() => void) | null = null;

/** Sends chunks as fast as the other side takes them, up to the next stop or the end. */
function pour(socket: net.Socket, protocol: Protocol, wish: Wish): void {
  const { batch, one } = READY[protocol];
  let sent = 1;
  const more = () => {
    goOn = null;
    while (sent < wish.chunks) {
      const isBatch = chunksToStop(sent, wish) >= BATCH;
      sent += isBatch ? BATCH : 1;
      const hasRoom = socket.write(isBatch ? batch : one);
      if (sent % wish.stopEvery === 0) {
        goOn = more;
        return;
      }
      if (!hasRoom) return void socket.once('drain', more);
    }
    const last = httpChunk(WIRES[protocol].closing(WORDS.repeat(wish.chunks)));
    socket.write(`${last}0\r\n\r\n`);
  };
  more();
}

function answer(socket: net.Socket, request: string): void {
  const protocol = protocolOf(request);
  const wish = readWish(request);
  if (!protocol || !wish) {
    socket.end('HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n');
    return;
  }
  const { opening, words } = WIRES[protocol];
  socket.write(HEAD + httpChunk(opening + words(stamp())));
  if (wish.pauseMs === 0) pour(socket, protocol, wish);
  else setTimeout(() => pour(socket, protocol, wish), wish.pauseMs);
}

process.on('message', () => {
  goOn?.();
  process.send?.('going on');
});

announce(
  net.createServer({ noDelay: true }, (socket) =>
    readRequests(socket, (request) => answer(socket, request)),
  ),
);
