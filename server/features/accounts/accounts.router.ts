import { AccountCreate, AccountUpdate } from '#shared/schemas/accounts.ts';
import { ById } from '#shared/schemas/common.ts';
import { memberProcedure, router } from '../../trpc/init.ts';
import type { AccountsService } from './accounts.service.ts';

export function createAccountsRouter(service: AccountsService) {
  return router({
    list: memberProcedure.query(({ ctx }) => service.list(ctx.me)),
    create: memberProcedure
      .input(AccountCreate)
      .mutation(({ ctx, input }) => service.create(ctx.me, input)),
    update: memberProcedure
      .input(AccountUpdate)
      .mutation(({ ctx, input }) => service.update(ctx.me, input)),
    delete: memberProcedure
      .input(ById)
      .mutation(({ ctx, input }) => service.delete(ctx.me, input.id)),
    test: memberProcedure.input(ById).mutation(({ ctx, input }) => service.test(ctx.me, input.id)),
    upstreamModels: memberProcedure
      .input(ById)
      .query(({ ctx, input }) => service.upstreamModels(ctx.me, input.id)),
  });
}
