import type { TraceKeeper, TraceRecord } from '../../gateway/ports.ts';
import type { Clock } from '../../infra/clock.ts';
import { createHourlyRemoval } from '../../infra/hourly-removal.ts';
import { isAboutTheData } from '../../infra/postgres/data-error.ts';
import { traceJson } from './stored-trace.ts';
import type { TraceRow, TracesRepo } from './traces.repo.ts';

/** How long a trace waits for others: the page opened right after an answer shows it. */
const GATHER_MS = 100;
/** Traces waiting to be written; past it new ones are lost. */
const MOST_WAITING = 5_000;
const MOST_AT_ONCE = 500;
/** After a failed write: the database is away or busy, and traces are not worth pressing it. */
const PAUSE_MS = 5_000;
const DAY_MS = 86_400_000;

export type TraceKeeperDeps = {
  repo: Pick<TracesRepo, 'insert' | 'removeExpired'>;
  clock: Clock;
  /** How long a trace is kept, days; 0 = none is. */
  retentionDays: number;
  /** Told of writes and removals that failed; they are tried again. */
  onError(error: unknown): void;
};

export type OpenTraceKeeper = TraceKeeper & {
  /** Traces that were not kept since the start: too many at once, or refused by the database. */
  lost(): number;
  /** Resolves once everything kept before is written, or was tried and failed. */
  flush(): Promise<void>;
  /** Removes what has expired, now and every hour; with a retention of 0 everything. */
  start(): void;
  /** Writes what is left, once. */
  close(): Promise<void>;
};

/**
 * Writes traces in batches beside the request path. They explain, nothing depends on them: a bounded
 * number waits in memory, and what does not fit is lost and counted.
 */
export function createTraceKeeper(deps: TraceKeeperDeps): OpenTraceKeeper {
  const { repo, clock, retentionDays, onError } = deps;
  let waiting: TraceRow[] = [];
  let lost = 0;
  let closed = false;
  let cancelWrite: (() => void) | null = null;
  let writing: Promise<void> = Promise.resolve();
  const removal = createHourlyRemoval({
    clock,
    retentionMs: retentionDays * DAY_MS,
    remove: repo.removeExpired,
    onError,
  });

  function writeIn(ms: number): void {
    if (closed || cancelWrite) return;
    cancelWrite = clock.setTimer(ms, () => void flush());
  }

  function flush(): Promise<void> {
    cancelWrite?.();
    cancelWrite = null;
    writing = writing.then(writeAll);
    return writing;
  }

  async function writeAll(): Promise<void> {
    while (waiting.length > 0) {
      const batch = waiting.splice(0, MOST_AT_ONCE);
      try {
        await write(batch);
      } catch (error) {
        onError(error);
        const room = Math.max(0, MOST_WAITING - waiting.length);
        lost += Math.max(0, batch.length - room);
        waiting = [...batch.slice(0, room), ...waiting];
        return writeIn(PAUSE_MS);
      }
    }
  }

  /** What the database will never take is left out, so that it holds up no other. */
  async function write(rows: readonly TraceRow[]): Promise<void> {
    try {
      await repo.insert(rows);
    } catch (error) {
      if (!isAboutTheData(error)) throw error;
      if (rows.length === 1) {
        lost += 1;
        return onError(error);
      }
      const half = Math.ceil(rows.length / 2);
      await write(rows.slice(0, half));
      await write(rows.slice(half));
    }
  }

  return {
    keep(record) {
      if (retentionDays === 0) return;
      if (waiting.length >= MOST_WAITING) {
        lost += 1;
        return;
      }
      // NOTE: as it is written, for what a client put into a request may be long, and is cut there.
      waiting.push(toRow(record));
      writeIn(GATHER_MS);
    },
    lost: () => lost,
    flush,
    start: removal.start,
    async close() {
      closed = true;
      await Promise.all([flush(), removal.close()]);
    },
  };
}

function toRow(record: TraceRecord): TraceRow {
  const { id, at, userId } = record;
  return { id, createdAt: new Date(at), userId, trace: traceJson(record) };
}
