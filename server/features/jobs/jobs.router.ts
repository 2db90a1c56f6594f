import { ById, PageInput } from '#shared/schemas/common.ts';
import { JobItemsInput } from '#shared/schemas/jobs.ts';
import { memberProcedure, router } from '../../trpc/init.ts';
import type { JobsService } from './jobs.service.ts';

/** The history of jobs and their progress. Each is started by the feature whose work it is. */
export function createJobsRouter(jobs: JobsService) {
  return router({
    list: memberProcedure.input(PageInput).query(({ ctx, input }) => jobs.list(ctx, input)),
    get: memberProcedure.input(ById).query(({ ctx, input }) => jobs.get(ctx, input.id)),
    items: memberProcedure.input(JobItemsInput).query(({ ctx, input }) => jobs.items(ctx, input)),
    cancel: memberProcedure.input(ById).mutation(({ ctx, input }) => jobs.cancel(ctx, input.id)),
  });
}
