import { ById } from '#shared/schemas/common.ts';
import { ModelCreate, ModelUpdate, PriceDelete, PriceSet } from '#shared/schemas/models.ts';
import { adminProcedure, memberProcedure, router } from '../../trpc/init.ts';
import type { ModelsService } from './models.service.ts';
import type { PricesService } from './prices.service.ts';

export function createModelsRouter(service: ModelsService, prices: PricesService) {
  return router({
    list: memberProcedure.query(({ ctx }) => service.list(ctx.me)),
    create: adminProcedure
      .input(ModelCreate)
      .mutation(({ ctx, input }) => service.create(ctx, input)),
    update: adminProcedure
      .input(ModelUpdate)
      .mutation(({ ctx, input }) => service.update(ctx, input)),
    delete: adminProcedure.input(ById).mutation(({ ctx, input }) => service.delete(ctx, input.id)),
    available: memberProcedure.query(({ ctx }) => service.available(ctx.me)),
    prices: adminProcedure.query(() => service.prices()),
    priceHistory: adminProcedure.input(ById).query(({ input }) => prices.history(input.id)),
    setPrice: adminProcedure.input(PriceSet).mutation(({ ctx, input }) => prices.set(ctx, input)),
    deletePrice: adminProcedure
      .input(PriceDelete)
      .mutation(({ ctx, input }) => prices.delete(ctx, input)),
    suggest: adminProcedure.query(() => service.suggest()),
  });
}
