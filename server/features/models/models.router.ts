import { ById } from '#shared/schemas/common.ts';
import { ModelCreate, ModelUpdate, PriceDelete, PriceSet } from '#shared/schemas/models.ts';
import { allowedTo, memberProcedure, router } from '../../trpc/init.ts';
import type { ModelsService } from './models.service.ts';
import type { PricesService } from './prices.service.ts';

export function createModelsRouter(service: ModelsService, prices: PricesService) {
  return router({
    list: memberProcedure.query(({ ctx }) => service.list(ctx.me)),
    create: allowedTo('models.write')
      .input(ModelCreate)
      .mutation(({ ctx, input }) => service.create(ctx, input)),
    update: allowedTo('models.write')
      .input(ModelUpdate)
      .mutation(({ ctx, input }) => service.update(ctx, input)),
    delete: allowedTo('models.write')
      .input(ById)
      .mutation(({ ctx, input }) => service.delete(ctx, input.id)),
    available: memberProcedure.query(({ ctx }) => service.available(ctx.me)),
    prices: allowedTo('models.write').query(() => service.prices()),
    priceHistory: allowedTo('models.write')
      .input(ById)
      .query(({ input }) => prices.history(input.id)),
    setPrice: allowedTo('models.write')
      .input(PriceSet)
      .mutation(({ ctx, input }) => prices.set(ctx, input)),
    deletePrice: allowedTo('models.write')
      .input(PriceDelete)
      .mutation(({ ctx, input }) => prices.delete(ctx, input)),
    suggest: allowedTo('models.write').query(() => service.suggest()),
  });
}
