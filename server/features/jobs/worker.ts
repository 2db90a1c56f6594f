import type { AppError } from '#shared/errors.ts';
import type { Clock } from '../../infra/clock.ts';
import type { JobKind } from './job-kind.ts';
import type { QueueRepo } from './queue.repo.ts';
import { LEASE_MS, runTurn } from './turn.ts';

export type WorkerDeps = {
  repo: QueueRepo;
  kinds: ReadonlyMap<string, JobKind>;
  /** Opens the input of a thing of a kind whose inputs are sealed. */
  open(sealed: string, jobId: string, number: number): string;
  clock: Clock;
  newId: () => string;
  /** Tells a database that is away from everything else. */
  explain(thrown: unknown): AppError;
  onError(error: unknown): void;
};

/** How often jobs of other servers, and what dead ones left, are looked for. */
const LOOK_MS = 2_000;

/**
 * Works on jobs: on each kind one job at a time, a short turn each, owners in turn. Whatever it does
 * not finish, because it is stopped or killed, another server or a later start takes over.
 */
export function createWorker(deps: WorkerDeps) {
  const { clock, kinds, newId, onError, repo } = deps;
  /** Jobs worked on here, by kind. */
  const turns = new Map<string, { jobId: string; stop: AbortController; ended: Promise<void> }>();
  /** When each owner last had a turn; who had none comes first. */
  const served = new Map<string, number>();
  let turn = 0;
  let closed = true;
  let cancelTimer = () => {};
  let looking: Promise<void> | null = null;
  let again = false;

  function look(): void {
    if (closed) return;
    again = true;
    looking ??= lookAround()
      .catch(onError)
      .finally(() => {
        looking = null;
        cancelTimer();
        if (!closed) cancelTimer = clock.setTimer(LOOK_MS, look);
      });
  }

  async function lookAround(): Promise<void> {
    while (again && !closed) {
      again = false;
      const free = [...kinds.keys()].filter((kind) => !turns.has(kind));
      if (free.length === 0) return;
      const jobs = await repo.claimable(free, new Date(clock.now()));
      jobs.sort((one, other) => servedAt(one) - servedAt(other));
      for (const job of jobs) {
        if (!closed && !turns.has(job.kind)) await begin(job);
      }
    }
  }

  const placeOf = ({ kind, ownerId }: { kind: string; ownerId: string | null }) =>
    `${kind} ${ownerId}`;
  const servedAt = (job: { kind: string; ownerId: string | null }) => served.get(placeOf(job)) ?? 0;

  async function begin(waiting: { id: string; kind: string; ownerId: string | null }) {
    const kind = kinds.get(waiting.kind);
    if (!kind) return;
    const now = clock.now();
    const token = newId();
    const claim = { token, now: new Date(now), until: new Date(now + LEASE_MS) };
    const job = await repo.claim(waiting.id, claim);
    if (!job) return;
    turn += 1;
    served.set(placeOf(waiting), turn);
    const stop = new AbortController();
    const ended = runTurn({ ...deps, kind, job, token, stop })
      .catch(onError)
      .finally(() => {
        turns.delete(waiting.kind);
        look();
      });
    turns.set(waiting.kind, { jobId: job.id, stop, ended });
  }

  return {
    start(): void {
      closed = false;
      look();
    },
    /** Looks for work at once. */
    look,
    /** Ends what this server does on a job that was cancelled. */
    stop(jobId: string): void {
      for (const running of turns.values()) if (running.jobId === jobId) running.stop.abort();
    },
    /** Gives back what it works on, once what has begun is over. */
    async close(): Promise<void> {
      closed = true;
      cancelTimer();
      await looking;
      const running = [...turns.values()];
      for (const { stop } of running) stop.abort();
      await Promise.all(running.map(({ ended }) => ended));
    },
  };
}
