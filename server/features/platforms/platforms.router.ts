import { ByPlatformId, PlatformCreate, PlatformUpdate } from '#shared/schemas/platforms.ts';
import { adminProcedure, memberProcedure, router } from '../../trpc/init.ts';
import type { PlatformsService } from './platforms.service.ts';

export function createPlatformsRouter(service: PlatformsService) {
  return router({
    list: memberProcedure.query(({ ctx }) => service.list(ctx.me)),
    create: adminProcedure
      .input(PlatformCreate)
      .mutation(({ ctx, input }) => service.create(ctx.me, input)),
    update: adminProcedure
      .input(PlatformUpdate)
      .mutation(({ ctx, input }) => service.update(ctx.me, input)),
    delete: adminProcedure.input(ByPlatformId).mutation(({ input }) => service.delete(input.id)),
  });
}
