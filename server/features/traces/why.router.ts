import { ById } from '#shared/schemas/common.ts';
import { memberProcedure, router } from '../../trpc/init.ts';
import type { WhyService } from './why.service.ts';

/** The page that explains a request. */
export function createWhyRouter(why: WhyService) {
  return router({
    kept: memberProcedure.query(() => why.kept()),
    get: memberProcedure.input(ById).query(({ ctx, input }) => why.get(ctx.me, input.id)),
  });
}
