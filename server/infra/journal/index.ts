import { mkdir, open } from 'node:fs/promises';
import path from 'node:path';
import { AppError } from '#shared/errors.ts';
import type { Clock } from '../clock.ts';
import { takeFileLock } from '../file-lock.ts';
import type { Log } from '../log.ts';
import { createBacklog } from './backlog.ts';
import { createDelivery } from './delivery.ts';
import { encodeLine } from './record.ts';
import { countLines, listSegments, segmentPath } from './segments.ts';
import { createWriter } from './writer.ts';

export type JournalOptions<T> = {
  /** A directory of its own; one process at a time may have it. Made when it is missing. */
  dir: string;
  /**
   * Stores a batch. Must be idempotent by `id`, for records come at least once, and must not fail for
   * ever over one record, for the batch is retried until it works and later ones wait behind it.
   */
  deliver(batch: T[]): Promise<void>;
  log: Pick<Log, 'warn' | 'error'>;
  clock: Clock;
  maxBatch?: number;
  /** Size past which a new segment is begun; a restart replays at most what one process left. */
  segmentBytes?: number;
  /** Longest time a written record waits to be forced to disk. */
  syncEveryMs?: number;
  /** First pause after a failed delivery; doubled up to 30 s. */
  retryMs?: number;
  /** How long a lone record waits for company before it is delivered. */
  gatherMs?: number;
  /** Undelivered records held in memory; more are read back from disk. */
  maxInMemory?: number;
  /** Opens a segment; given by tests that need a full disk. */
  open?: typeof open;
};

export type Journal<T> = {
  /**
   * Resolves once the record is with the kernel: it then survives the death of this process, whatever
   * ends it. Throws AppError `storage_unavailable` when it could not be written, `shutting_down` after
   * `close`. Top-level fields may be bigint; the rest must be plain JSON.
   */
  append(record: T): Promise<void>;
  /** Resolves once everything appended before the call is delivered; waits while delivery fails. */
  flush(): Promise<void>;
  /** Records written and not yet delivered. */
  pending(): number;
  /** Refuses new records, tries once to deliver the rest, and lets the directory go. */
  close(): Promise<void>;
};

/**
 * Opens an append-only journal and delivers what an earlier process left in it.
 *
 * Durability: `append` waits for the kernel, not for the disk. Killing the process loses nothing; a
 * power failure or a kernel crash may lose what was appended within the last `syncEveryMs`.
 * Damage: a half line at the end of a segment is ignored, a damaged line inside is skipped and kept in
 * a `.bad` file beside it; neither stops the others.
 * @throws AppError `conflict` when another process has the directory, `storage_unavailable` when the
 * directory cannot be used.
 */
export async function openJournal<T extends { id: string }>(
  options: JournalOptions<T>,
): Promise<Journal<T>> {
  const { dir, clock, log } = options;
  const unlock = await prepare(dir);
  try {
    const { segments, next } = await listSegments(dir);
    const lines = await countAll(dir, segments);
    const writer = createWriter<T>({
      dir,
      clock,
      log,
      firstSegment: next,
      segmentBytes: options.segmentBytes ?? 16 * 1_048_576,
      syncEveryMs: options.syncEveryMs ?? 200,
      open: options.open ?? open,
      onWritten: (records) => delivery.add(records),
    });
    const delivery = createDelivery<T>({
      backlog: createBacklog<T>({ dir, segments, written: writer.position, log }),
      from: { position: { segment: segments[0] ?? next, offset: 0 }, lines },
      written: writer.position,
      deliver: options.deliver,
      maxBatch: options.maxBatch ?? 500,
      maxInMemory: options.maxInMemory ?? 10_000,
      gatherMs: options.gatherMs ?? 50,
      retryMs: options.retryMs ?? 500,
      clock,
      log,
    });
    let closing: Promise<void> | undefined;

    async function close(): Promise<void> {
      await writer.settled();
      const isEmpty = await delivery.finish();
      await writer.close();
      if (!isEmpty) log.warn({ pending: delivery.pending() }, 'journal closed with records left');
      unlock();
    }

    return {
      async append(record) {
        if (closing) throw new AppError('shutting_down', 'The server is stopping; try again soon.');
        await writer.append(record, encodeLine(record));
      },
      async flush() {
        await writer.settled();
        await delivery.flush();
      },
      pending: delivery.pending,
      close: () => (closing ??= close()),
    };
  } catch (error) {
    unlock();
    throw error;
  }
}

async function prepare(dir: string): Promise<() => void> {
  try {
    await mkdir(dir, { recursive: true, mode: 0o700 });
    const release = takeFileLock(path.join(dir, 'journal.lock'));
    if (release) return release;
    throw new AppError(
      'conflict',
      `The journal in ${dir} is in use by another running Gatehouse. Stop it first, or give this one its own DATA_DIR.`,
    );
  } catch (cause) {
    if (cause instanceof AppError) throw cause;
    const code = (cause as NodeJS.ErrnoException).code ?? String(cause);
    throw new AppError('storage_unavailable', `The journal cannot use ${dir} (${code}).`, {
      cause,
    });
  }
}

async function countAll(dir: string, segments: readonly number[]): Promise<number> {
  let lines = 0;
  for (const segment of segments) lines += await countLines(segmentPath(dir, segment));
  return lines;
}
