import {
  AccountCreate,
  AccountHistoryInput,
  AccountListInput,
  AccountUpdate,
  AccountUseInput,
  AllowPersonalLending,
} from '#shared/schemas/accounts.ts';
import { ById } from '#shared/schemas/common.ts';
import { allowedTo, memberProcedure, router } from '../../trpc/init.ts';
import type { AccountRecordsService } from './account-records.service.ts';
import type { AccountsService } from './accounts.service.ts';

export function createAccountsRouter(service: AccountsService, records: AccountRecordsService) {
  return router({
    list: memberProcedure
      .input(AccountListInput)
      .query(({ ctx, input }) => service.list(ctx.me, input)),
    create: memberProcedure
      .input(AccountCreate)
      .mutation(({ ctx, input }) => service.create(ctx, input)),
    update: memberProcedure
      .input(AccountUpdate)
      .mutation(({ ctx, input }) => service.update(ctx, input)),
    delete: memberProcedure.input(ById).mutation(({ ctx, input }) => service.delete(ctx, input.id)),
    test: memberProcedure.input(ById).mutation(({ ctx, input }) => service.test(ctx.me, input.id)),
    upstreamModels: memberProcedure
      .input(ById)
      .query(({ ctx, input }) => service.upstreamModels(ctx.me, input.id)),
    history: memberProcedure
      .input(AccountHistoryInput)
      .query(({ ctx, input }) => records.history(ctx.me, input)),
    use: memberProcedure
      .input(AccountUseInput)
      .query(({ ctx, input }) => records.use(ctx.me, input)),
    personalLending: memberProcedure.query(() => records.personalLending()),
    allowPersonalLending: allowedTo('accounts.write')
      .input(AllowPersonalLending)
      .mutation(({ ctx, input }) => records.allowPersonalLending(ctx, input)),
  });
}
