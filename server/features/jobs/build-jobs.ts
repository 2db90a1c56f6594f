import type { Pool } from 'pg';
import type { AppError } from '#shared/errors.ts';
import type { Cipher } from '../../infra/cipher.ts';
import type { Clock } from '../../infra/clock.ts';
import { createHourlyRemoval } from '../../infra/hourly-removal.ts';
import type { Db } from '../../infra/prisma/client.ts';
import type { Audit } from '../audit/index.ts';
import { createJobsRepo } from './jobs.repo.ts';
import { createJobsService } from './jobs.service.ts';
import { createJobs } from './jobs.ts';
import { createQueueRepo } from './queue.repo.ts';

type BuildJobsDeps = {
  db: Db;
  pool: Pool;
  cipher: Pick<Cipher, 'seal' | 'open'>;
  clock: Clock;
  audit: Pick<Audit, 'note'>;
  newId: () => string;
  explain(thrown: unknown): AppError;
  onError(error: unknown): void;
};

/** How long the history of jobs is kept. */
const KEPT_MS = 30 * 86_400_000;

/** Jobs, what people see of them, and the removal of old ones. */
export function buildJobs(deps: BuildJobsDeps) {
  const repo = createJobsRepo(deps.db);
  const jobs = createJobs({ ...deps, repo, queue: createQueueRepo(deps.pool) });
  const removal = createHourlyRemoval({
    clock: deps.clock,
    retentionMs: KEPT_MS,
    remove: repo.removeEnded,
    onError: deps.onError,
  });
  return {
    jobs,
    service: createJobsService({ repo, jobs, audit: deps.audit }),
    start(): void {
      jobs.open();
      removal.start();
    },
    async close(): Promise<void> {
      await Promise.all([jobs.close(), removal.close()]);
    },
  };
}
