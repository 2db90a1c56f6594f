import { PoolMovementsInput, PoolSettings } from '#shared/schemas/pool.ts';
import { allowedTo, memberProcedure, router } from '../../trpc/init.ts';
import type { PoolService } from './pool.service.ts';

/** Procedures of the pool page. */
export function createPoolRouter(pool: PoolService) {
  return router({
    mine: memberProcedure.query(({ ctx }) => pool.mine(ctx.me)),
    shared: memberProcedure.query(() => pool.shared()),
    movements: memberProcedure
      .input(PoolMovementsInput)
      .query(({ ctx, input }) => pool.movements(ctx.me, input)),
    lentUse: memberProcedure.query(({ ctx }) => pool.lentUse(ctx.me)),
    settings: allowedTo('pool.write').query(() => pool.settings()),
    saveSettings: allowedTo('pool.write')
      .input(PoolSettings)
      .mutation(({ ctx, input }) => pool.saveSettings(ctx, input)),
  });
}
