const EMPTY = Buffer.alloc(0);
const HEAD_END = Buffer.from('\r\n\r\n');
const LINE_END = Buffer.from('\r\n');

export type ResponseEvents = {
  /** A part of the body, without the framing of chunks. */
  body(bytes: Buffer): void;
  end(status: number): void;
};

type State = 'head' | 'sized' | 'size' | 'chunk' | 'chunkEnd' | 'trailer';

/**
 * Reads HTTP/1.1 responses off one connection, one after another. It knows what the targets of a
 * benchmark send and no more (no trailers, no 1xx), for every microsecond here is missing there.
 */
export function createResponseParser(events: ResponseEvents) {
  let state: State = 'head';
  let held: Buffer = EMPTY;
  let left = 0;
  let status = 0;

  function finish(): void {
    state = 'head';
    events.end(status);
  }

  function readHead(bytes: Buffer, at: number): number {
    const end = bytes.indexOf(HEAD_END, at);
    if (end < 0) return -1;
    const head = bytes.toString('latin1', at, end);
    status = Number(head.slice(9, 12));
    const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1];
    left = Number(length ?? 0);
    state = length === undefined ? 'size' : 'sized';
    if (length !== undefined && left === 0) finish();
    return end + HEAD_END.length;
  }

  /** Hands on what is there of a part of known length, and says whether that was all of it. */
  function readPart(bytes: Buffer, at: number): number {
    const end = Math.min(bytes.length, at + left);
    events.body(at === 0 && end === bytes.length ? bytes : bytes.subarray(at, end));
    left -= end - at;
    return end;
  }

  const steps: Record<State, (bytes: Buffer, at: number) => number> = {
    head: readHead,
    sized(bytes, at) {
      const end = readPart(bytes, at);
      if (left === 0) finish();
      return end;
    },
    size(bytes, at) {
      const end = bytes.indexOf(LINE_END, at);
      if (end < 0) return -1;
      left = Number.parseInt(bytes.toString('latin1', at, end), 16);
      state = left === 0 ? 'trailer' : 'chunk';
      return end + LINE_END.length;
    },
    chunk(bytes, at) {
      const end = readPart(bytes, at);
      if (left === 0) state = 'chunkEnd';
      return end;
    },
    chunkEnd(bytes, at) {
      if (bytes.length - at < LINE_END.length) return -1;
      state = 'size';
      return at + LINE_END.length;
    },
    trailer(bytes, at) {
      if (bytes.length - at < LINE_END.length) return -1;
      finish();
      return at + LINE_END.length;
    },
  };

  return {
    push(chunk: Buffer): void {
      const bytes = held.length === 0 ? chunk : Buffer.concat([held, chunk]);
      held = EMPTY;
      for (let at = 0; at < bytes.length; ) {
        const next = steps[state](bytes, at);
        if (next < 0) {
          held = bytes.subarray(at);
          return;
        }
        at = next;
      }
    },
  };
}
