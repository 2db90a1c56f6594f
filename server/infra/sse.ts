import { AppError } from '#shared/errors.ts';

const LF = 0x0a;
const CR = 0x0d;
const COLON = 0x3a;
const SPACE = 0x20;
const NONE = Number.POSITIVE_INFINITY;
const NOTHING = Buffer.alloc(0);

export type SseLimits = {
  /** The most bytes one frame may have, default 1 MiB. */
  maxLineBytes?: number;
};

/** The frames of a stream: those that are here are taken at once, more are waited for. */
export type SseReader = {
  /** The next frame among those that have arrived; undefined when `more` must be asked first. */
  ready(): Buffer | undefined;
  /** Waits until there are more; false at the end of the stream. Throws like its body. */
  more(): Promise<boolean>;
  /** Ends the reading and, unless its end was seen, the stream. */
  destroy(): void;
  /** No frame is wanted any more: reads on to the end if that has arrived, so that the connection can serve again. */
  release(): void;
};

/**
 * Cuts a stream of bytes into SSE frames, each with the blank line that ends it (`\n\n`, `\r\n\r\n`,
 * `\r\r` or a mix), byte for byte: joined, the frames are the input. A frame that lies within one chunk
 * is a view of it. What follows the last blank line comes last; `isWholeFrame` tells it apart.
 *
 * A frame that ends with a bare `\r` waits for the next byte, for that may be the `\n` that belongs to it.
 * `more` throws AppError `upstream_failed` when a frame is longer than the limit.
 */
export function readSse(
  body: AsyncIterable<Uint8Array>,
  { maxLineBytes = 1_048_576 }: SseLimits = {},
): SseReader {
  const chunks = body[Symbol.asyncIterator]();
  const frames: Buffer[] = [];
  const splitter = createSplitter(maxLineBytes, (frame) => frames.push(frame));
  let next = 0;
  let failed: unknown = null;

  const destroy = () => void chunks.return?.()?.catch(() => undefined);

  /** What was whole before a frame that is too long is still handed over. */
  function split(work: () => void): void {
    try {
      work();
    } catch (error) {
      failed = error;
      destroy();
    }
  }

  return {
    ready() {
      const frame = frames[next];
      if (frame === undefined) {
        frames.length = 0;
        next = 0;
      } else next += 1;
      return frame;
    },
    async more() {
      while (failed === null) {
        const chunk = await chunks.next();
        split(() => (chunk.done ? splitter.end() : splitter.push(chunk.value)));
        if (frames.length > 0) return true;
        if (chunk.done) break;
      }
      if (failed !== null) throw failed;
      return false;
    },
    destroy,
    release() {
      // NOTE: what follows the last frame is of no use to anyone, and neither is such a connection.
      if (next < frames.length) destroy();
      else void chunks.next().then(({ done }) => (done ? undefined : destroy()), destroy);
    },
  };
}

function createSplitter(maxBytes: number, give: (frame: Buffer) => void) {
  let parts: Buffer[] = [];
  let partBytes = 0;
  // Where the last byte left us: at the start of a line, and after a `\r` that a `\n` may complete.
  let lineIsEmpty = true;
  let afterCr = false;
  let endsFrame = false;
  let closed = false;

  function take(last: Buffer): Buffer {
    if (partBytes + last.length > maxBytes) throw tooLong(maxBytes);
    if (parts.length === 0) return last;
    const frame = Buffer.concat([...parts, last]);
    parts = [];
    partBytes = 0;
    return frame;
  }

  function keep(rest: Buffer): void {
    if (rest.length === 0) return;
    partBytes += rest.length;
    if (partBytes > maxBytes) throw tooLong(maxBytes);
    parts.push(rest);
  }

  /** Goes on to behind the next line end (or the chunk's end) and notes whether it closed a frame. */
  function step(chunk: Buffer, find: FindLineEnd, at: number): number {
    closed = false;
    if (afterCr) {
      afterCr = false;
      closed = endsFrame;
      return chunk[at] === LF ? at + 1 : at;
    }
    const end = find(at);
    const isBlank = lineIsEmpty && end === at;
    if (end === NONE) {
      lineIsEmpty = false;
      return chunk.length;
    }
    lineIsEmpty = true;
    afterCr = chunk[end] === CR;
    if (afterCr) endsFrame = isBlank;
    else closed = isBlank;
    return end + 1;
  }

  function push(input: Uint8Array): void {
    const chunk = Buffer.from(input.buffer, input.byteOffset, input.length);
    const find = lineEnds(chunk);
    let start = 0;
    for (let at = 0; at < chunk.length; ) {
      at = step(chunk, find, at);
      if (!closed) continue;
      give(take(chunk.subarray(start, at)));
      start = at;
    }
    keep(chunk.subarray(start));
  }

  function end(): void {
    const tail = take(NOTHING);
    if (tail.length > 0) give(tail);
  }

  return { push, end };
}

type FindLineEnd = (from: number) => number;

/** Finds line ends from left to right; each kind is looked for only past its last find. */
function lineEnds(chunk: Buffer): FindLineEnd {
  const seek = (byte: number, from: number) => {
    const found = chunk.indexOf(byte, from);
    return found < 0 ? NONE : found;
  };
  let lf = -1;
  let cr = -1;
  return (from) => {
    if (lf < from) lf = seek(LF, from);
    if (cr < from) cr = seek(CR, from);
    return Math.min(lf, cr);
  };
}

function tooLong(maxBytes: number): AppError {
  return new AppError(
    'upstream_failed',
    `The platform sent a stream event of more than ${maxBytes} bytes.`,
  );
}

/** Whether a frame ends with a blank line; only the last one of a stream that broke off does not. */
export function isWholeFrame(frame: Buffer): boolean {
  let end = frame.length;
  if (frame[end - 1] === LF) end -= frame[end - 2] === CR ? 2 : 1;
  else if (frame[end - 1] === CR) end -= 1;
  else return false;
  return end === 0 || frame[end - 1] === LF || frame[end - 1] === CR;
}

/**
 * The data of a frame: its `data` lines joined by newlines, as the SSE standard says; undefined when it
 * has none (a comment, a heartbeat).
 */
export function frameData(frame: Buffer): string | undefined {
  let data: string | undefined;
  let start = 0;
  const find = lineEnds(frame);
  while (start < frame.length) {
    const end = Math.min(find(start), frame.length);
    const line = dataOf(frame, start, end);
    if (line !== undefined) data = data === undefined ? line : `${data}\n${line}`;
    start = end + 1;
  }
  return data;
}

// Bytes are compared before anything is decoded: most lines are data, and short ones are blank.
function dataOf(frame: Buffer, start: number, end: number): string | undefined {
  const isData =
    frame[start] === 0x64 &&
    frame[start + 1] === 0x61 &&
    frame[start + 2] === 0x74 &&
    frame[start + 3] === 0x61;
  if (!isData || start + 4 > end) return undefined;
  if (start + 4 === end) return '';
  if (frame[start + 4] !== COLON) return undefined;
  const from = frame[start + 5] === SPACE && start + 5 < end ? start + 6 : start + 5;
  return frame.toString('utf8', from, end);
}
