import { QuotaRulesSet } from '#shared/schemas/quotas.ts';
import { memberProcedure, router } from '../../trpc/init.ts';
import type { QuotasService } from './quotas.service.ts';

const Named = QuotaRulesSet.pick({ subject: true, id: true });

/** Procedures of the limits of users, keys, models, accounts and platforms. */
export function createQuotasRouter(quotas: QuotasService) {
  return router({
    mine: memberProcedure.query(({ ctx }) => quotas.mine(ctx.me)),
    list: memberProcedure.input(Named).query(({ ctx, input }) => quotas.list(ctx.me, input)),
    set: memberProcedure.input(QuotaRulesSet).mutation(({ ctx, input }) => quotas.set(ctx, input)),
    preview: memberProcedure
      .input(QuotaRulesSet)
      .query(({ ctx, input }) => quotas.preview(ctx.me, input)),
  });
}
