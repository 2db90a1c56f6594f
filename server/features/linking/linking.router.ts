import {
  ByAttempt,
  LinkBegin,
  LinkByToken,
  LinkClientsInput,
  LinkFinish,
} from '#shared/schemas/linking.ts';
import { memberProcedure, router } from '../../trpc/init.ts';
import type { LinkingService } from './linking.service.ts';

export function createLinkingRouter(linking: LinkingService) {
  return router({
    clients: memberProcedure
      .input(LinkClientsInput)
      .query(({ ctx, input }) => linking.clients(ctx, input)),
    open: memberProcedure.query(({ ctx }) => linking.open(ctx)),
    begin: memberProcedure.input(LinkBegin).mutation(({ ctx, input }) => linking.begin(ctx, input)),
    finish: memberProcedure
      .input(LinkFinish)
      .mutation(({ ctx, input }) => linking.finish(ctx, input)),
    status: memberProcedure
      .input(ByAttempt)
      .query(({ ctx, input }) => linking.status(ctx, input.attempt)),
    replace: memberProcedure
      .input(ByAttempt)
      .mutation(({ ctx, input }) => linking.replace(ctx, input.attempt)),
    cancel: memberProcedure.input(ByAttempt).mutation(async ({ ctx, input }) => {
      await linking.cancel(ctx, input.attempt);
      return null;
    }),
    byToken: memberProcedure
      .input(LinkByToken)
      .mutation(({ ctx, input }) => linking.byToken(ctx, input)),
  });
}
