import { ById } from '#shared/schemas/common.ts';
import { PasskeyCreate, PasskeyRename, TotpConfirm } from '#shared/schemas/factors.ts';
import { memberProcedure, router } from '../../trpc/init.ts';
import type { FactorsService } from './factors.service.ts';

export function createFactorsRouter(factors: FactorsService) {
  return router({
    mine: memberProcedure.query(({ ctx }) => factors.mine(ctx.me)),

    beginTotp: memberProcedure.mutation(({ ctx }) => factors.beginTotp(ctx)),
    confirmTotp: memberProcedure
      .input(TotpConfirm)
      .mutation(({ ctx, input }) => factors.confirmTotp(ctx, input.code)),
    turnTotpOff: memberProcedure.mutation(({ ctx }) => factors.turnTotpOff(ctx)),
    renewRecoveryCodes: memberProcedure.mutation(({ ctx }) => factors.renewRecoveryCodes(ctx)),

    askNewPasskey: memberProcedure.mutation(({ ctx }) => factors.askNewPasskey(ctx)),
    addPasskey: memberProcedure
      .input(PasskeyCreate)
      .mutation(({ ctx, input }) => factors.addPasskey(ctx, input)),
    renamePasskey: memberProcedure
      .input(PasskeyRename)
      .mutation(({ ctx, input }) => factors.renamePasskey(ctx, input)),
    deletePasskey: memberProcedure
      .input(ById)
      .mutation(({ ctx, input }) => factors.deletePasskey(ctx, input.id)),
  });
}
