import { ByPlatformId, PlatformCreate, PlatformUpdate } from '#shared/schemas/platforms.ts';
import { allowedTo, memberProcedure, router } from '../../trpc/init.ts';
import type { PlatformsService } from './platforms.service.ts';

export function createPlatformsRouter(service: PlatformsService) {
  return router({
    list: memberProcedure.query(({ ctx }) => service.list(ctx.me)),
    create: allowedTo('platforms.write')
      .input(PlatformCreate)
      .mutation(({ ctx, input }) => service.create(ctx, input)),
    update: allowedTo('platforms.write')
      .input(PlatformUpdate)
      .mutation(({ ctx, input }) => service.update(ctx, input)),
    delete: allowedTo('platforms.write')
      .input(ByPlatformId)
      .mutation(({ ctx, input }) => service.delete(ctx, input.id)),
  });
}
