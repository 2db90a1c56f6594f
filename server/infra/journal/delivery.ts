import type { Clock } from '../clock.ts';
import type { Log } from '../log.ts';
import type { Backlog } from './backlog.ts';
import type { Position, Written } from './writer.ts';

export type DeliveryDeps<T> = {
  backlog: Backlog<T>;
  /** Where the oldest undelivered record begins, and how many lines lie between there and `written`. */
  from: { position: Position; lines: number };
  /** The end of what is written. */
  written(): Position;
  deliver(batch: T[]): Promise<void>;
  maxBatch: number;
  maxInMemory: number;
  gatherMs: number;
  retryMs: number;
  clock: Clock;
  log: Pick<Log, 'warn'>;
};

export type Delivery<T> = {
  /** Takes records that were just written, in order. */
  add(records: Written<T>[]): void;
  pending(): number;
  /** Resolves once everything added before the call is delivered. */
  flush(): Promise<void>;
  /** Delivers what it can, ending at the first failure; true when nothing is left. */
  finish(): Promise<boolean>;
};

type Batch<T> = { records: T[]; lines: number; end: Position; isMemory: boolean };

const LONGEST_RETRY_MS = 30_000;

/**
 * Hands written records over in order, at least once. Records wait in memory while they are few; past
 * `maxInMemory`, and for what an earlier run left, they are read back from the segments until the end
 * of what is written is caught up with.
 */
export function createDelivery<T>(deps: DeliveryDeps<T>): Delivery<T> {
  const { backlog, clock, log } = deps;
  let reached = deps.from.position;
  let added = deps.from.lines;
  let done = 0;
  let fromFiles = !same(reached, deps.written());
  let memory: Written<T>[] = [];
  let flushes: { target: number; resolve(): void }[] = [];
  let running: Promise<void> | undefined;
  let finishing = false;
  let gaveUp = false;
  let cancelGather: (() => void) | undefined;
  let endPause: (() => void) | undefined;

  // Nothing to gather: a timer of no length would be one more turn for whoever waits.
  const isUrgent = () => finishing || flushes.length > 0 || deps.gatherMs === 0;
  const hasWork = () => memory.length > 0 || fromFiles;
  const isDue = () =>
    hasWork() && !gaveUp && (fromFiles || isUrgent() || memory.length >= deps.maxBatch);

  function kick(): void {
    if (running || gaveUp || !hasWork()) return;
    if (isDue()) begin();
    else cancelGather ??= clock.setTimer(deps.gatherMs, begin);
  }

  function begin(): void {
    cancelGather?.();
    cancelGather = undefined;
    running ??= run().finally(() => {
      running = undefined;
      kick();
    });
  }

  async function run(): Promise<void> {
    do {
      const batch = await retrying(nextBatch);
      if (batch) await retrying(() => hand(batch));
    } while (isDue());
  }

  /** Repeats with growing pauses until it works; while finishing, the first failure is the last. */
  async function retrying<R>(work: () => Promise<R>): Promise<R | undefined> {
    for (let pauseMs = deps.retryMs; !gaveUp; pauseMs = Math.min(pauseMs * 2, LONGEST_RETRY_MS)) {
      try {
        return await work();
      } catch (error) {
        const pending = added - done;
        log.warn({ err: error, pending }, 'journal delivery failed; the records are kept');
        if (finishing) gaveUp = true;
        else await pause(pauseMs);
      }
    }
    return undefined;
  }

  function pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const cancel = clock.setTimer(ms, resolve);
      endPause = () => {
        cancel();
        resolve();
      };
    });
  }

  async function nextBatch(): Promise<Batch<T> | undefined> {
    const records = memory.slice(0, deps.maxBatch);
    const last = records.at(-1);
    if (last) {
      const plain = records.map(({ record }) => record);
      return { records: plain, lines: plain.length, end: last.end, isMemory: true };
    }
    if (!fromFiles) return undefined;
    const { records: read, end, skipped } = await backlog.read(reached, deps.maxBatch);
    return { records: read, lines: read.length + skipped, end, isMemory: false };
  }

  async function hand(batch: Batch<T>): Promise<void> {
    if (batch.records.length > 0) await deps.deliver(batch.records);
    // From here to the drop nothing waits, so a record written meanwhile is either in memory or still
    // ahead of `reached` in the files.
    if (batch.isMemory) memory = memory.slice(batch.records.length);
    const left = reached.segment;
    reached = batch.end;
    done += batch.lines;
    if (memory.length === 0 && same(reached, deps.written())) {
      fromFiles = false;
      done = added;
    }
    settleFlushes();
    if (reached.segment !== left) await drop(reached.segment);
  }

  async function drop(before: number): Promise<void> {
    await backlog
      .dropBefore(before)
      .catch((error) => log.warn({ err: error }, 'a delivered journal segment was not deleted'));
  }

  function settleFlushes(): void {
    for (const { target, resolve } of flushes) if (target <= done) resolve();
    flushes = flushes.filter(({ target }) => target > done);
  }

  kick();
  return {
    add(records) {
      for (const { end } of records) backlog.note(end.segment);
      added += records.length;
      if (memory.length + records.length > deps.maxInMemory) fromFiles = true;
      if (!fromFiles) memory.push(...records);
      kick();
    },
    pending: () => added - done,
    flush() {
      if (added === done) return Promise.resolve();
      const { promise, resolve } = Promise.withResolvers<void>();
      flushes.push({ target: added, resolve });
      kick();
      return promise;
    },
    async finish() {
      finishing = true;
      endPause?.();
      kick();
      while (running) await running;
      cancelGather?.();
      if (hasWork()) return false;
      await drop(Number.POSITIVE_INFINITY);
      return true;
    },
  };
}

function same(a: Position, b: Position): boolean {
  return a.segment === b.segment && a.offset === b.offset;
}
