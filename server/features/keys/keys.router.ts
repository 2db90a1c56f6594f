import { ById } from '#shared/schemas/common.ts';
import {
  KeyCreate,
  KeyFindInput,
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
    find: memberProcedure.input(KeyFindInput).query(({ ctx, input }) => keys.find(ctx.me, input)),
    create: memberProcedure.input(KeyCreate).mutation(({ ctx, input }) => keys.create(ctx, input)),
    update: memberProcedure.input(KeyUpdate).mutation(({ ctx, input }) => keys.update(ctx, input)),
    revoke: memberProcedure.input(ById).mutation(({ ctx, input }) => keys.revoke(ctx, input.id)),
    revokeMany: memberProcedure
      .input(KeyIds)
      .mutation(({ ctx, input }) => keys.revokeMany(ctx, input)),
    switch: memberProcedure.input(KeySwitch).mutation(({ ctx, input }) => keys.switch(ctx, input)),
    rotate: memberProcedure.input(KeyRotate).mutation(({ ctx, input }) => keys.rotate(ctx, input)),
    endOverlap: memberProcedure
      .input(ById)
      .mutation(({ ctx, input }) => keys.endOverlap(ctx, input.id)),
  });
}
