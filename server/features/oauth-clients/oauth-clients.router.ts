import { ById } from '#shared/schemas/common.ts';
import { OAuthClientSave, OAuthDiscover } from '#shared/schemas/oauth-clients.ts';
import { allowedTo, router } from '../../trpc/init.ts';
import type { OAuthClientsService } from './oauth-clients.service.ts';

export function createOAuthClientsRouter(clients: OAuthClientsService) {
  const keepers = allowedTo('vault.write');
  return router({
    list: allowedTo('vault.read').query(() => clients.list()),
    save: keepers
      .input(OAuthClientSave)
      .mutation(({ ctx, input }) => clients.saveProved(ctx, input)),
    delete: keepers.input(ById).mutation(async ({ ctx, input }) => {
      await clients.remove(ctx, input.id);
      return null;
    }),
    discover: keepers.input(OAuthDiscover).mutation(({ input }) => clients.discover(input.issuer)),
  });
}
