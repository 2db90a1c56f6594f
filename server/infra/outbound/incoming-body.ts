import type { AppError } from '#shared/errors.ts';

/** The bytes of an answer as they arrive. Must be read to its end or destroyed; there is one reader. */
export type IncomingBody = AsyncIterable<Buffer> & {
  /** Ends the exchange: what was not read yet is lost, and so is the connection unless all had arrived. */
  destroy(): void;
};

/** Whoever delivers the bytes can be asked to wait. */
export type Flow = { pause(): void; resume(): void; abort(reason: Error): void };

/** So much may wait for the reader before the sender is asked to wait too. */
const MOST_WAITING_BYTES = 65_536;

type Next = IteratorResult<Buffer, undefined>;
type Reader = { resolve(next: Next): void; reject(error: unknown): void };

const DONE: Next = Object.freeze({ done: true, value: undefined });

/** A queue of chunks between the connection and its reader, with nothing in between when one waits. */
export function createIncomingBody(flow: Flow) {
  const waiting: Buffer[] = [];
  let bytes = 0;
  let reader: Reader | null = null;
  let paused = false;
  /** Set once nothing more will come. */
  let ended: { error: unknown } | null = null;

  function end(error: unknown): void {
    if (ended) return;
    ended = { error };
    const last = reader;
    reader = null;
    if (!last) return;
    if (error === null) last.resolve(DONE);
    else last.reject(error);
  }

  function shift(): Buffer | undefined {
    const chunk = waiting.shift();
    bytes -= chunk?.length ?? 0;
    if (paused && waiting.length === 0) {
      paused = false;
      flow.resume();
    }
    return chunk;
  }

  function next(): Promise<Next> {
    const chunk = shift();
    if (chunk) return Promise.resolve({ done: false, value: chunk });
    if (!ended) return new Promise((resolve, reject) => (reader = { resolve, reject }));
    const { error } = ended;
    return error === null ? Promise.resolve(DONE) : Promise.reject(error);
  }

  function destroy(): void {
    waiting.length = 0;
    bytes = 0;
    if (ended) return;
    end(null);
    flow.abort(new Error('The rest of the answer is not wanted.'));
  }

  const iterator: AsyncIterator<Buffer, undefined> = {
    next,
    async return() {
      destroy();
      return DONE;
    },
  };
  const body: IncomingBody = { [Symbol.asyncIterator]: () => iterator, destroy };

  return {
    body,
    push(chunk: Buffer): void {
      if (ended || chunk.length === 0) return;
      const first = reader;
      if (first) {
        reader = null;
        first.resolve({ done: false, value: chunk });
        return;
      }
      waiting.push(chunk);
      bytes += chunk.length;
      if (paused || bytes < MOST_WAITING_BYTES) return;
      paused = true;
      flow.pause();
    },
    end: () => end(null),
    fail: (error: unknown) => end(error),
  };
}

/** All of it, at most `most` bytes; past that it is destroyed and `tooLong` thrown. */
export async function readWhole(
  body: AsyncIterable<Uint8Array> & { destroy(): unknown },
  most: number,
  tooLong: () => AppError,
): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    if (size > most) {
      body.destroy();
      throw tooLong();
    }
    chunks.push(chunk);
  }
  const [only] = chunks;
  // NOTE: one chunk is the common case, and needs no copy.
  if (only && chunks.length === 1) return Buffer.from(only.buffer, only.byteOffset, only.length);
  return Buffer.concat(chunks, size);
}
