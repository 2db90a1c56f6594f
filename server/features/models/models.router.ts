import { ById } from '#shared/schemas/common.ts';
import { ModelCreate, ModelUpdate } from '#shared/schemas/models.ts';
import { adminProcedure, memberProcedure, router } from '../../trpc/init.ts';
import type { ModelsService } from './models.service.ts';

export function createModelsRouter(service: ModelsService) {
  return router({
    list: memberProcedure.query(({ ctx }) => service.list(ctx.me)),
    create: adminProcedure
      .input(ModelCreate)
      .mutation(({ ctx, input }) => service.create(ctx.me, input)),
    update: adminProcedure
      .input(ModelUpdate)
      .mutation(({ ctx, input }) => service.update(ctx.me, input)),
    delete: adminProcedure.input(ById).mutation(({ input }) => service.delete(input.id)),
    available: memberProcedure.query(({ ctx }) => service.available(ctx.me)),
    prices: adminProcedure.query(() => service.prices()),
    suggest: adminProcedure.query(() => service.suggest()),
  });
}
