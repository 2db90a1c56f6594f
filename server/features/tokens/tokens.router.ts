import { ById } from '#shared/schemas/common.ts';
import { memberProcedure, router } from '../../trpc/init.ts';
import type { TokensService } from './tokens.service.ts';

export function createTokensRouter(tokens: TokensService) {
  return router({
    list: memberProcedure.query(({ ctx }) => tokens.list(ctx.me)),
    end: memberProcedure.input(ById).mutation(async ({ ctx, input }) => {
      await tokens.end(ctx, input.id);
      return null;
    }),
    endAll: memberProcedure.mutation(async ({ ctx }) => {
      await tokens.endAll(ctx, { sessions: false });
      return null;
    }),
  });
}
