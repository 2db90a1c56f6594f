import type { Socket } from 'node:net';

/** Reads a handshake off a socket; `end` gives the socket on, and tells whether more came than was read. */
export type ByteReader = {
  /** Exactly `count` bytes. Rejects when the socket ends before. */
  take(count: number): Promise<Buffer>;
  /** Up to and including `mark`, at most `most` bytes; null when it is not among them. */
  until(mark: string, most: number): Promise<Buffer | null>;
  end(): { spare: boolean };
};

/** Nothing is lost: a socket is paused until it is somebody else's. */
export function createByteReader(socket: Socket): ByteReader {
  let held = Buffer.alloc(0);
  let ended: Error | null = null;
  let wake = () => {};

  const onData = (chunk: Buffer) => {
    held = Buffer.concat([held, chunk]);
    wake();
  };
  const onEnd = () => stop(new Error('closed'));
  function stop(error: Error) {
    ended ??= error;
    wake();
  }
  socket.on('data', onData);
  socket.on('end', onEnd);
  socket.on('close', onEnd);
  socket.on('error', stop);

  async function more(): Promise<void> {
    if (ended) throw ended;
    await new Promise<void>((resolve) => {
      wake = resolve;
    });
  }

  function cut(count: number): Buffer {
    const taken = held.subarray(0, count);
    held = held.subarray(count);
    return taken;
  }

  return {
    async take(count) {
      while (held.length < count) await more();
      return cut(count);
    },
    async until(mark, most) {
      for (;;) {
        const at = held.indexOf(mark);
        if (at >= 0) return at + mark.length > most ? null : cut(at + mark.length);
        if (held.length >= most) return null;
        await more();
      }
    },
    end() {
      socket.pause();
      socket.off('data', onData);
      socket.off('end', onEnd);
      socket.off('close', onEnd);
      socket.off('error', stop);
      return { spare: held.length > 0 };
    },
  };
}
