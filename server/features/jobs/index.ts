export { buildJobs } from './build-jobs.ts';
export { type ItemOutcome, type JobWork, MOST_ITEMS } from './job-kind.ts';
export { createJobsRouter } from './jobs.router.ts';
export type { JobsService } from './jobs.service.ts';
export type { Jobs } from './jobs.ts';
