import type { JobItemState } from '#shared/schemas/jobs.ts';

/** One thing of a job that is to be done. */
export type JobWork = { number: number; name: string; input: string };

/** What came of one thing. Nothing secret may stand in it: people read it, and it is kept. */
export type ItemOutcome = {
  number: number;
  state: Exclude<JobItemState, 'waiting'>;
  /** One word, e.g. `created`. */
  code: string;
  /** More about it, for a person. */
  text?: string;
  /** What the kind itself wants to know later, e.g. which row it made. */
  ref?: string;
};

/** A job as its handler knows it. */
export type RunningJob = {
  id: string;
  kind: string;
  ownerId: string | null;
  input: Readonly<Record<string, unknown>>;
  createdAt: Date;
};

/** What to do for jobs of one kind. */
export type JobKind = {
  /** Calls of `run` at once on one server. */
  concurrency: number;
  /** Things handed to one call of `run`. */
  batch: number;
  /** Whether inputs of things hold secrets: they are stored sealed. */
  sealed: boolean;
  /**
   * Does these things and tells what came of each. After a server died a thing may be handed over
   * again, so doing it twice must leave the same as doing it once, and tell the same. It may throw:
   * then they all failed, or, when the database is away, they are tried again.
   */
  run(
    work: readonly JobWork[],
    ctx: { job: RunningJob; signal: AbortSignal },
  ): Promise<readonly ItemOutcome[]>;
  /** Told once when all is done; when it fails the job has failed. */
  ended?(job: RunningJob, report: Readonly<Record<string, number>>): Promise<void>;
};

/** What a job is started with. */
export type NewJob = {
  /** Whose it is; null = the server's own. */
  ownerId: string | null;
  input: Readonly<Record<string, unknown>>;
  items: readonly { name: string; input: string }[];
};

/** Things of one job at most. */
export const MOST_ITEMS = 50_000;
