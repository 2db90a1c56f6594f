import { ById } from '#shared/schemas/common.ts';
import { QuotaRulesSet } from '#shared/schemas/quotas.ts';
import { allowedTo, memberProcedure, router } from '../../trpc/init.ts';
import type { QuotasService } from './quotas.service.ts';

const Named = QuotaRulesSet.pick({ subject: true, id: true });

/** Procedures of the limits of users, keys, models, accounts and platforms. */
export function createQuotasRouter(quotas: QuotasService) {
  return router({
    mine: memberProcedure.query(({ ctx }) => quotas.mine(ctx.me)),
    trustLevels: allowedTo('limits.read').query(() => quotas.trustLevels()),
    ofUser: allowedTo('limits.read')
      .input(ById)
      .query(({ input }) => quotas.ofUser(input.id)),
    list: memberProcedure.input(Named).query(({ ctx, input }) => quotas.list(ctx.me, input)),
    set: memberProcedure.input(QuotaRulesSet).mutation(({ ctx, input }) => quotas.set(ctx, input)),
    preview: memberProcedure
      .input(QuotaRulesSet)
      .query(({ ctx, input }) => quotas.preview(ctx.me, input)),
  });
}
