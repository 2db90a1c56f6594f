/**
 * Run by jobs.int.test.ts in a process of its own, which it kills: works on jobs of the kind `count`
 * over the database of its first argument, and prints the number of each thing it did.
 */
import { AppError } from '#shared/errors.ts';
import { systemClock } from '../../infra/clock.ts';
import { newId } from '../../infra/ids.ts';
import { createPool } from '../../infra/postgres/pool.ts';
import { createPrisma } from '../../infra/prisma/client.ts';
import { createJobsRepo } from './jobs.repo.ts';
import { createJobs } from './jobs.ts';
import { createQueueRepo } from './queue.repo.ts';

const url = process.argv[2] ?? '';
const jobs = createJobs({
  repo: createJobsRepo(createPrisma(url, { max: 2 })),
  queue: createQueueRepo(createPool(url, { max: 4 })),
  cipher: { seal: (plain) => plain, open: (sealed) => sealed },
  clock: systemClock,
  newId: () => newId(),
  explain: (thrown) => new AppError('internal', String(thrown)),
  onError: (error) => process.stderr.write(`${String(error)}\n`),
});
const told = new Promise<void>((resolve) => process.stdin.once('data', () => resolve()));
jobs.define('count', {
  concurrency: 1,
  batch: 10,
  sealed: false,
  async run(work) {
    for (const { number } of work) process.stdout.write(`${number}\n`);
    // Stands still in the middle of a part until it is killed.
    if (work.some(({ number }) => number > 40)) await told;
    return work.map(({ number }) => ({ number, state: 'done', code: 'counted' }));
  },
});
jobs.open();
setInterval(() => undefined, 60_000);
