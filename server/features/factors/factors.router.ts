import { ById } from '#shared/schemas/common.ts';
import { PasskeyCreate, PasskeyRename, TotpConfirm } from '#shared/schemas/factors.ts';
import { memberProcedure, router } from '../../trpc/init.ts';
import type { FactorsService } from './factors.service.ts';

export function createFactorsRouter(factors: FactorsService) {
  return router({
    mine: memberProcedure.query(({ ctx }) => factors.mine(ctx.me)),

    beginTotp: memberProcedure.mutation(({ ctx }) => factors.beginTotp(ctx.me, ctx)),
    confirmTotp: memberProcedure
      .input(TotpConfirm)
      .mutation(({ ctx, input }) => factors.confirmTotp(ctx.me, input.code, ctx)),
    turnTotpOff: memberProcedure.mutation(({ ctx }) => factors.turnTotpOff(ctx.me, ctx)),
    renewRecoveryCodes: memberProcedure.mutation(({ ctx }) =>
      factors.renewRecoveryCodes(ctx.me, ctx),
    ),

    askNewPasskey: memberProcedure.mutation(({ ctx }) => factors.askNewPasskey(ctx.me, ctx)),
    addPasskey: memberProcedure
      .input(PasskeyCreate)
      .mutation(({ ctx, input }) => factors.addPasskey(ctx.me, input, ctx)),
    renamePasskey: memberProcedure
      .input(PasskeyRename)
      .mutation(({ ctx, input }) => factors.renamePasskey(ctx.me, input)),
    deletePasskey: memberProcedure
      .input(ById)
      .mutation(({ ctx, input }) => factors.deletePasskey(ctx.me, input.id, ctx)),
  });
}
