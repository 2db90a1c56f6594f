import { ByPlatformId, PlatformCreate, PlatformUpdate } from '#shared/schemas/platforms.ts';
import { adminProcedure, memberProcedure, router } from '../../trpc/init.ts';
import type { PlatformsService } from './platforms.service.ts';

export function createPlatformsRouter(service: PlatformsService) {
  return router({
    list: memberProcedure.query(({ ctx }) => service.list(ctx.me)),
    create: adminProcedure
      .input(PlatformCreate)
      .mutation(({ ctx, input }) => service.create(ctx, input)),
    update: adminProcedure
      .input(PlatformUpdate)
      .mutation(({ ctx, input }) => service.update(ctx, input)),
    delete: adminProcedure
      .input(ByPlatformId)
      .mutation(({ ctx, input }) => service.delete(ctx, input.id)),
  });
}
