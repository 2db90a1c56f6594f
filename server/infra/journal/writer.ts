import type { FileHandle, open as openFile } from 'node:fs/promises';
import { AppError } from '#shared/errors.ts';
import type { Clock } from '../clock.ts';
import type { Log } from '../log.ts';
import { segmentPath } from './segments.ts';

/** A place in the journal: everything before it in this segment, and every earlier segment, lies behind. */
export type Position = { segment: number; offset: number };

export type Written<T> = { record: T; end: Position };

export type WriterDeps<T> = {
  dir: string;
  firstSegment: number;
  segmentBytes: number;
  syncEveryMs: number;
  clock: Clock;
  log: Pick<Log, 'error'>;
  open: typeof openFile;
  /** Called in order, before the appends resolve. */
  onWritten(records: Written<T>[]): void;
};

export type Writer<T> = {
  append(record: T, line: string): Promise<void>;
  /** The end of what is written. */
  position(): Position;
  /** Resolves when every append made before the call has ended. */
  settled(): Promise<void>;
  close(): Promise<void>;
};

type Waiting<T> = { record: T; line: string; resolve(): void; reject(error: AppError): void };
type Group<T> = { appends: Waiting<T>[]; ended: PromiseWithResolvers<void> };

/**
 * Writes lines to the active segment. Lines that arrive while a write is under way go out together
 * with the next one. A failed write is cut off again, so that no half line stands before a later one.
 */
export function createWriter<T>(deps: WriterDeps<T>): Writer<T> {
  let current = newGroup<T>();
  let waiting = newGroup<T>();
  let running: Promise<void> | undefined;
  let handle: FileHandle | undefined;
  let end: Position = { segment: deps.firstSegment, offset: 0 };
  let torn = false;
  let cancelSync: (() => void) | undefined;

  function start(): void {
    if (running || waiting.appends.length === 0) return;
    running = drain().finally(() => {
      running = undefined;
      // An append may have come between the last look at the queue and here.
      start();
    });
  }

  async function drain(): Promise<void> {
    while (waiting.appends.length > 0) {
      current = waiting;
      waiting = newGroup();
      try {
        await write(current.appends);
        commit(current.appends);
      } catch (error) {
        const refusal = unavailable(error);
        deps.log.error({ err: error }, `journal write failed: ${refusal.message}`);
        for (const { reject } of current.appends) reject(refusal);
      }
      current.ended.resolve();
    }
  }

  async function write(group: readonly Waiting<T>[]): Promise<void> {
    const file = await segmentWithRoom();
    if (torn) await cutBack(file);
    const bytes = Buffer.from(group.map(({ line }) => line).join(''));
    let done = 0;
    try {
      while (done < bytes.length) {
        const at = end.offset + done;
        done += (await file.write(bytes, done, bytes.length - done, at)).bytesWritten;
      }
    } catch (error) {
      torn = true;
      await cutBack(file).catch(() => {});
      throw error;
    }
  }

  async function cutBack(file: FileHandle): Promise<void> {
    await file.truncate(end.offset);
    torn = false;
  }

  async function segmentWithRoom(): Promise<FileHandle> {
    if (handle && end.offset < deps.segmentBytes) return handle;
    const segment = handle ? end.segment + 1 : end.segment;
    const next = await deps.open(segmentPath(deps.dir, segment), 'w', 0o600);
    const full = handle;
    handle = next;
    end = { segment, offset: 0 };
    torn = false;
    if (full) await sync(full).finally(() => full.close());
    return next;
  }

  function commit(group: readonly Waiting<T>[]): void {
    const written = group.map(({ record, line }) => {
      end = { segment: end.segment, offset: end.offset + Buffer.byteLength(line) };
      return { record, end };
    });
    cancelSync ??= deps.clock.setTimer(deps.syncEveryMs, () => {
      cancelSync = undefined;
      // Earlier segments were synced when they were closed.
      if (handle) void sync(handle);
    });
    deps.onWritten(written);
    for (const { resolve } of group) resolve();
  }

  async function sync(file: FileHandle): Promise<void> {
    await file
      .datasync()
      .catch((error) => deps.log.error({ err: error }, 'journal could not be forced to disk'));
  }

  return {
    append(record, line) {
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      waiting.appends.push({ record, line, resolve, reject });
      start();
      return promise;
    },
    position: () => end,
    async settled() {
      if (running) await (waiting.appends.length > 0 ? waiting : current).ended.promise;
    },
    async close() {
      while (running) await running;
      cancelSync?.();
      if (!handle) return;
      await sync(handle);
      await handle.close();
      handle = undefined;
    },
  };
}

function newGroup<T>(): Group<T> {
  return { appends: [], ended: Promise.withResolvers() };
}

function unavailable(cause: unknown): AppError {
  const code = (cause as NodeJS.ErrnoException).code ?? 'unknown error';
  const full = code === 'ENOSPC' || code === 'EDQUOT';
  const why = full ? 'the disk is full; free some space' : `the disk refused it (${code})`;
  return new AppError('storage_unavailable', `The journal cannot be written: ${why}.`, { cause });
}
