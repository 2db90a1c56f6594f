import { setImmediate } from 'node:timers/promises';
import { AppError } from '#shared/errors.ts';
import type { Cipher } from '../../infra/cipher.ts';
import type { Clock } from '../../infra/clock.ts';
import type { Tx } from '../../infra/prisma/client.ts';
import { type JobKind, MOST_ITEMS, type NewJob } from './job-kind.ts';
import type { JobsRepo } from './jobs.repo.ts';
import type { QueueRepo } from './queue.repo.ts';
import { createWorker } from './worker.ts';

type JobsDeps = {
  repo: Pick<JobsRepo, 'insert' | 'cancel'>;
  queue: QueueRepo;
  cipher: Pick<Cipher, 'seal' | 'open'>;
  clock: Clock;
  newId: () => string;
  explain(thrown: unknown): AppError;
  onError(error: unknown): void;
};

const SEALED_A_TURN = 100;

/**
 * Work on many things that goes on when the page is closed and the server dies: stored first, then
 * done thing by thing by whichever server has a free hand. See docs/decisions for why it is our own.
 */
export function createJobs(deps: JobsDeps) {
  const { cipher, clock, newId, repo } = deps;
  const kinds = new Map<string, JobKind>();
  const placeOf = (jobId: string, number: number) => {
    return { table: 'job_items', column: 'input', id: `${jobId}/${number}` };
  };
  const worker = createWorker({
    ...deps,
    repo: deps.queue,
    kinds,
    open: (sealed, jobId, number) => cipher.open(sealed, placeOf(jobId, number)),
  });

  /** Sealing tens of thousands takes seconds: requests have their turn in between. */
  async function sealed(jobId: string, items: NewJob['items']): Promise<NewJob['items']> {
    const done: NewJob['items'][number][] = [];
    for (const [index, { input, name }] of items.entries()) {
      if (index % SEALED_A_TURN === 0) await setImmediate();
      done.push({ name, input: cipher.seal(input, placeOf(jobId, index + 1)) });
    }
    return done;
  }

  return {
    /** Says what is done for jobs of a kind. Call it before `open`, on every server alike. */
    define(name: string, kind: JobKind): void {
      if (kinds.has(name))
        throw new AppError('internal', `Jobs of kind ${name} are defined twice.`);
      kinds.set(name, kind);
    },

    /**
     * Stores a job; it begins by itself. `also` writes within the same transaction, e.g. who asked.
     * @throws AppError bad_request when it has no things, or too many.
     */
    async start(
      name: string,
      { input, items, ownerId }: NewJob,
      also: (tx: Tx, jobId: string) => Promise<void> = async () => undefined,
    ): Promise<string> {
      const kind = kinds.get(name);
      if (!kind) throw new AppError('internal', `There is no job of kind ${name}.`);
      if (items.length === 0) {
        throw new AppError('bad_request', 'There is nothing to do: choose at least one.');
      }
      if (items.length > MOST_ITEMS) {
        throw new AppError('bad_request', `At most ${MOST_ITEMS} at once. Do it in parts.`);
      }
      const id = newId();
      const stored = kind.sealed ? await sealed(id, items) : items;
      const createdAt = new Date(clock.now());
      await repo.insert({ id, kind: name, ownerId, input, createdAt, items: stored }, (tx) =>
        also(tx, id),
      );
      worker.look();
      return id;
    },

    /** Ends a job: what has begun is finished, what waits is skipped. False when it was over. */
    async cancel(id: string, also: (tx: Tx) => Promise<void>): Promise<boolean> {
      const was = await repo.cancel(id, new Date(clock.now()), also);
      worker.stop(id);
      return was;
    },

    /** Begins to work. */
    open: worker.start,
    /** Stops between two things; the rest is taken over by another server, or by the next start. */
    close: worker.close,
  };
}
export type Jobs = ReturnType<typeof createJobs>;
