import type { AppError } from '#shared/errors.ts';
import type { Clock } from '../../infra/clock.ts';
import type { ItemOutcome, JobKind, JobWork, RunningJob } from './job-kind.ts';
import type { QueueRepo } from './queue.repo.ts';

type TurnDeps = {
  repo: QueueRepo;
  open(sealed: string, jobId: string, number: number): string;
  clock: Clock;
  explain(thrown: unknown): AppError;
  onError(error: unknown): void;
  kind: JobKind;
  job: RunningJob;
  token: string;
  stop: AbortController;
};

/** After that long the next owner has a turn. */
const TURN_MS = 5_000;
/** Progress is written at most that often. */
const WRITE_MS = 500;
/** What came of so many things is written at once, however soon. */
const MOST_UNWRITTEN = 1_000;
/** How long a server is believed to work on a job without word of it. */
export const LEASE_MS = 30_000;
const PROLONG_MS = LEASE_MS / 3;
/** How long a job rests when the database was away. */
const REST_MS = 5_000;

/** Some of a job's things, all of them when they are few: resolves when the turn was given back. */
export async function runTurn(deps: TurnDeps): Promise<void> {
  const { clock, job, kind, repo, stop, token } = deps;
  const { signal } = stop;
  const from = clock.now();
  let written = from;
  let unwritten: ItemOutcome[] = [];
  const cancelLease = keepLease(deps);

  async function write(): Promise<void> {
    const outcomes = unwritten;
    if (outcomes.length === 0) return;
    unwritten = [];
    written = clock.now();
    const mine = await repo.endItems(job.id, token, { at: new Date(written), outcomes });
    if (!mine) stop.abort();
  }

  async function doAll(): Promise<'all' | 'some'> {
    let after = 0;
    while (!signal.aborted && clock.now() - from < TURN_MS) {
      const work = await repo.work(job.id, after, kind.batch * kind.concurrency);
      const last = work.at(-1);
      if (!last) return 'all';
      after = last.number;
      const outcomes = await Promise.all(parts(work, kind.batch).map((part) => doPart(deps, part)));
      unwritten.push(...outcomes.flat());
      const due = clock.now() - written >= WRITE_MS || unwritten.length >= MOST_UNWRITTEN;
      if (due) await write();
    }
    return 'some';
  }

  try {
    const done = await doAll();
    await write();
    if (done === 'all' && !signal.aborted) await finish(deps);
    else await repo.release(job.id, token, null);
  } catch (thrown) {
    await giveUp(deps, thrown);
  } finally {
    cancelLease();
  }
}

/** Says that this server is alive until the returned function is called. */
function keepLease({ clock, job, onError, repo, stop, token }: TurnDeps): () => void {
  let cancel = () => {};
  let over = false;
  const arm = () => {
    if (over) return;
    cancel = clock.setTimer(PROLONG_MS, () => {
      repo.prolong(job.id, token, new Date(clock.now() + LEASE_MS)).then(
        (mine) => {
          if (mine) arm();
          else stop.abort();
        },
        (error) => {
          onError(error);
          arm();
        },
      );
    });
  };
  arm();
  return () => {
    over = true;
    cancel();
  };
}

/** What came of these things; what the kind did not tell of, or threw at, failed. */
async function doPart(deps: TurnDeps, part: readonly JobWork[]): Promise<ItemOutcome[]> {
  const { explain, job, kind, onError, open, stop } = deps;
  if (stop.signal.aborted) return [];
  try {
    const work = kind.sealed
      ? part.map((item) => ({ ...item, input: open(item.input, job.id, item.number) }))
      : part;
    const told = new Map(
      (await kind.run(work, { job, signal: stop.signal })).map((one) => [one.number, one]),
    );
    if (stop.signal.aborted) return [...told.values()];
    return part.map(
      ({ number }) => told.get(number) ?? { number, state: 'failed', code: 'untold' },
    );
  } catch (thrown) {
    const error = explain(thrown);
    if (error.code === 'storage_unavailable') throw error;
    if (error.code === 'internal') onError(thrown);
    return part.map(({ number }) => {
      return { number, state: 'failed', code: error.code, text: error.message };
    });
  }
}

async function finish({ clock, job, kind, onError, repo, token }: TurnDeps): Promise<void> {
  const report = await repo.countCodes(job.id);
  let error: string | null = null;
  try {
    await kind.ended?.(job, report);
  } catch (thrown) {
    onError(thrown);
    error = 'What comes after the last one failed. The log says why.';
  }
  const state = error === null ? 'done' : 'failed';
  await repo.end(job.id, token, { state, at: new Date(clock.now()), report, error });
}

/** The job is tried again a little later: everything that was written is kept. */
async function giveUp(deps: TurnDeps, thrown: unknown): Promise<void> {
  const { clock, job, onError, repo, token } = deps;
  onError(thrown);
  const rested = new Date(clock.now() + REST_MS);
  // When the database is still away, the claim ends by itself.
  await repo.release(job.id, token, rested).catch(() => undefined);
}

function parts<One>(all: readonly One[], size: number): One[][] {
  const found: One[][] = [];
  for (let from = 0; from < all.length; from += size) found.push(all.slice(from, from + size));
  return found;
}
