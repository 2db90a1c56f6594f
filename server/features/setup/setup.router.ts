import { SetupInput } from '#shared/schemas/setup.ts';
import { publicProcedure, router } from '../../trpc/init.ts';
import type { SetupService } from './setup.service.ts';

export function createSetupRouter(setup: SetupService) {
  return router({
    status: publicProcedure.query(() => setup.status()),

    complete: publicProcedure.input(SetupInput).mutation(async ({ ctx, input }) => {
      const { me, token } = await setup.complete(input, ctx);
      ctx.setSessionCookie(token);
      return me;
    }),
  });
}
