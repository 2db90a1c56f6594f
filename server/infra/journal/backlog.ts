import type { Log } from '../log.ts';
import { parseLines } from './record.ts';
import { dropSegment, keepBadLines, readSegment, segmentPath } from './segments.ts';
import type { Position } from './writer.ts';

export type BacklogDeps = {
  dir: string;
  /** Segments left by an earlier run. */
  segments: readonly number[];
  /** The end of what is written. */
  written(): Position;
  log: Pick<Log, 'warn' | 'error'>;
};

export type BacklogRead<T> = {
  /** Empty only when the end of what was written is reached. */
  records: T[];
  end: Position;
  /** Whole lines that were passed over because they are damaged. */
  skipped: number;
};

export type Backlog<T> = {
  /** Tells of a segment that has records now. */
  note(segment: number): void;
  read(from: Position, max: number): Promise<BacklogRead<T>>;
  /** Deletes segments before this one. */
  dropBefore(segment: number): Promise<void>;
};

const CHUNK_BYTES = 1_048_576;

/** The segments on disk, read from any position onwards; damaged lines are set aside, never fatal. */
export function createBacklog<T>({ dir, segments, written, log }: BacklogDeps): Backlog<T> {
  const alive = new Set(segments);
  const setAsideFrom = new Set<number>();

  async function read(from: Position, max: number): Promise<BacklogRead<T>> {
    let skipped = 0;
    for (let at = from; ; ) {
      const last = written();
      if (at.segment >= last.segment && at.offset >= last.offset) {
        return { records: [], end: at, skipped };
      }
      const step = await readOnce(at, last, max);
      skipped += step.skipped;
      at = step.end;
      if (step.records.length > 0) return { records: step.records, end: at, skipped };
    }
  }

  /** One chunk of one segment; without a whole line left in it, the end is the next segment's start. */
  async function readOnce(at: Position, last: Position, max: number): Promise<BacklogRead<T>> {
    const isActive = at.segment >= last.segment;
    const limit = isActive ? last.offset : Number.POSITIVE_INFINITY;
    const { records, corrupt, consumed, torn } = await readLines(at, limit, max);
    if (corrupt.length > 0) await setAside(at.segment, corrupt);
    if (consumed > 0) {
      const end = { segment: at.segment, offset: at.offset + consumed };
      return { records, end, skipped: corrupt.length };
    }
    if (torn > 0) log.warn({ ...at, bytes: torn }, 'a half line ends a journal segment; ignored');
    const end = isActive ? last : { segment: nextAfter(at.segment), offset: 0 };
    return { records, end, skipped: 0 };
  }

  /** Whole lines from a position; the chunk grows until it holds one or the segment ends. */
  async function readLines(at: Position, limit: number, max: number) {
    const file = segmentPath(dir, at.segment);
    for (let size = CHUNK_BYTES; ; size *= 4) {
      const bytes = await readSegment(file, at.offset, Math.min(limit, at.offset + size));
      if (!bytes) log.error({ segment: at.segment }, 'a journal segment has vanished');
      const lines = parseLines<T>(bytes ?? Buffer.alloc(0), max);
      const isEnd = (bytes?.length ?? 0) < size;
      if (lines.consumed > 0 || isEnd) return { ...lines, torn: bytes?.length ?? 0 };
    }
  }

  function nextAfter(segment: number): number {
    const later = [...alive].filter((n) => n > segment);
    return later.length > 0 ? Math.min(...later) : Math.max(segment + 1, written().segment);
  }

  async function setAside(segment: number, lines: readonly Buffer[]): Promise<void> {
    log.error({ segment, lines: lines.length }, 'damaged journal lines were skipped and set aside');
    const isFirst = !setAsideFrom.has(segment);
    setAsideFrom.add(segment);
    await keepBadLines(segmentPath(dir, segment, 'bad'), lines, isFirst).catch((error) =>
      log.warn({ err: error }, 'damaged journal lines could not be kept'),
    );
  }

  return {
    note: (segment) => void alive.add(segment),
    read,
    async dropBefore(segment) {
      for (const old of [...alive].filter((n) => n < segment)) {
        await dropSegment(dir, old);
        alive.delete(old);
      }
    },
  };
}
