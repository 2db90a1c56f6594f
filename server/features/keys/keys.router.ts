import { ById } from '#shared/schemas/common.ts';
import {
  KeyCreate,
  KeyIds,
  KeyListInput,
  KeyRotate,
  KeySwitch,
  KeyUpdate,
} from '#shared/schemas/keys.ts';
import { memberProcedure, router } from '../../trpc/init.ts';
import type { KeysService } from './keys.service.ts';

/** Procedures of the keys page. */
export function createKeysRouter(keys: KeysService) {
  return router({
    list: memberProcedure.input(KeyListInput).query(({ ctx, input }) => keys.list(ctx.me, input)),
    create: memberProcedure
      .input(KeyCreate)
      .mutation(({ ctx, input }) => keys.create(ctx.me, input)),
    update: memberProcedure
      .input(KeyUpdate)
      .mutation(({ ctx, input }) => keys.update(ctx.me, input)),
    revoke: memberProcedure.input(ById).mutation(({ ctx, input }) => keys.revoke(ctx.me, input.id)),
    revokeMany: memberProcedure
      .input(KeyIds)
      .mutation(({ ctx, input }) => keys.revokeMany(ctx.me, input)),
    switch: memberProcedure
      .input(KeySwitch)
      .mutation(({ ctx, input }) => keys.switch(ctx.me, input)),
    rotate: memberProcedure
      .input(KeyRotate)
      .mutation(({ ctx, input }) => keys.rotate(ctx.me, input)),
    endOverlap: memberProcedure
      .input(ById)
      .mutation(({ ctx, input }) => keys.endOverlap(ctx.me, input.id)),
  });
}
