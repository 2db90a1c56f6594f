import { ById } from '#shared/schemas/common.ts';
import { allowedTo, memberProcedure, router } from '../../trpc/init.ts';
import type { OffSwitchService } from './off-switch.service.ts';

export function createOffSwitchRouter(offSwitch: OffSwitchService) {
  return router({
    throw: allowedTo('users.write')
      .input(ById)
      .mutation(({ ctx, input }) => offSwitch.throw(ctx, input.id)),
    throwOwn: memberProcedure.mutation(({ ctx }) => offSwitch.throwOwn(ctx)),
    receipt: memberProcedure
      .input(ById)
      .query(({ ctx, input }) => offSwitch.receipt(ctx.me, input.id)),
    of: allowedTo('users.read')
      .input(ById)
      .query(({ input }) => offSwitch.of(input.id)),
  });
}
