import { PluginKeyListInput, PluginKeyRetry } from '#shared/schemas/plugin-api.ts';
import { allowedTo, memberProcedure, router } from '../../trpc/init.ts';
import type { PluginApiService } from './plugin-api.service.ts';

export function createPluginApiRouter(service: PluginApiService) {
  return router({
    mine: memberProcedure.query(({ ctx }) => service.mine(ctx.me)),
    list: allowedTo('users.read')
      .input(PluginKeyListInput)
      .query(({ input }) => service.list(input)),
    retry: allowedTo('users.write')
      .input(PluginKeyRetry)
      .mutation(({ ctx, input }) => service.retry(ctx, input)),
  });
}
