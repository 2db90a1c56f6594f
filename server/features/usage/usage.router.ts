import { ById } from '#shared/schemas/common.ts';
import { StatisticsInput, SummaryInput, UsageListInput } from '#shared/schemas/usage.ts';
import { memberProcedure, router } from '../../trpc/init.ts';
import type { UsageService } from './usage.service.ts';

/** Procedures of the usage page and the dashboard. */
export function createUsageRouter(usage: UsageService) {
  return router({
    list: memberProcedure
      .input(UsageListInput)
      .query(({ ctx, input }) => usage.list(ctx.me, input)),
    get: memberProcedure.input(ById).query(({ ctx, input }) => usage.get(ctx.me, input.id)),
    summary: memberProcedure
      .input(SummaryInput)
      .query(({ ctx, input }) => usage.summary(ctx.me, input)),
    statistics: memberProcedure
      .input(StatisticsInput)
      .query(({ ctx, input }) => usage.statistics(ctx.me, input)),
  });
}
