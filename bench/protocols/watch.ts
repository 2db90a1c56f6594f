import type { Connection } from '../load/connection.ts';
import { createStampReader } from '../load/stamps.ts';

const MARK = 0x40;
/** Longer than what any protocol's streams end with. */
const LONGEST_END = 64;

/** What a client got of one stream. */
export type Watched = {
  /** Answered with status 200, to the end that its protocol has, with every chunk. */
  whole: boolean;
  /** From the platform's write of the first words to their arrival. */
  firstMs: number;
};

export type Watching = {
  /** How many chunks are due. */
  chunks: number;
  /** Stands at the end of a stream that ended well. */
  end: string;
  /** Told of each arrival how many chunks have come. */
  onChunks?: (count: number) => void;
};

/** Counts marks up to `most`: what a closing frame repeats is no new chunk. */
export function createMarkCounter(most: number) {
  let count = 0;
  return {
    push(bytes: Buffer): void {
      for (let at = bytes.indexOf(MARK); at >= 0 && count < most; ) {
        count += 1;
        at = bytes.indexOf(MARK, at + 1);
      }
    },
    count: () => count,
  };
}

/** Looks for a text in bytes, however they are cut. */
export function createSeeker(text: string) {
  let tail = '';
  let found = false;
  return {
    push(bytes: Buffer): void {
      const start = tail + bytes.toString('latin1', 0, LONGEST_END);
      found ||= start.includes(text) || bytes.includes(text);
      tail = (tail + bytes.toString('latin1', Math.max(0, bytes.length - LONGEST_END))).slice(
        -LONGEST_END,
      );
    },
    found: () => found,
  };
}

/** Asks for a stream and reads it to its end. */
export async function watchStream(
  connection: Connection,
  request: Buffer,
  { chunks, end, onChunks }: Watching,
): Promise<Watched> {
  let firstMs = Number.NaN;
  const stamps = createStampReader((delayMs) => {
    if (Number.isNaN(firstMs)) firstMs = delayMs;
  });
  const marks = createMarkCounter(chunks);
  const seeker = createSeeker(end);
  const status = await new Promise<number>((resolve) => {
    connection.send(request, {
      body(bytes) {
        // NOTE: only the first chunk has a stamp; looking for more would cost the look itself.
        if (Number.isNaN(firstMs)) stamps.push(bytes);
        marks.push(bytes);
        seeker.push(bytes);
        onChunks?.(marks.count());
      },
      end: resolve,
    });
  });
  return { whole: status === 200 && seeker.found() && marks.count() === chunks, firstMs };
}
