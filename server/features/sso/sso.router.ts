import { ById } from '#shared/schemas/common.ts';
import { ByProviderId, ProviderSave, SsoAnswer, SsoBegin } from '#shared/schemas/sso.ts';
import { allowedTo, memberProcedure, publicProcedure, router } from '../../trpc/init.ts';
import type { IdentitiesService } from './identities.service.ts';
import type { ProvidersService } from './providers.service.ts';
import type { SsoService } from './sso.service.ts';

export type SsoRouterDeps = {
  sso: SsoService;
  ssoProviders: ProvidersService;
  identities: IdentitiesService;
};

const admins = allowedTo('sign-in.write');

export function createSsoRouter({ sso, ssoProviders, identities }: SsoRouterDeps) {
  return router({
    ways: publicProcedure.query(() => sso.ways()),

    begin: publicProcedure.input(SsoBegin).mutation(async ({ ctx, input }) => {
      const { authorizationUrl, binding } = await sso.enter(input, ctx);
      ctx.setSsoCookie(binding);
      return { address: authorizationUrl };
    }),
    link: memberProcedure.input(SsoBegin).mutation(async ({ ctx, input }) => {
      const { authorizationUrl, binding } = await sso.link(ctx.me, input, ctx);
      ctx.setSsoCookie(binding);
      return { address: authorizationUrl };
    }),
    prove: memberProcedure.input(SsoBegin).mutation(async ({ ctx, input }) => {
      const { authorizationUrl, binding } = await sso.prove(ctx.me, input, ctx);
      ctx.setSsoCookie(binding);
      return { address: authorizationUrl };
    }),
    finish: publicProcedure.input(SsoAnswer).mutation(async ({ ctx, input }) => {
      const { outcome, token } = await sso.finish(input, ctx);
      ctx.setSsoCookie(null);
      if (token !== undefined) ctx.setSessionCookie(token);
      return outcome;
    }),

    mine: memberProcedure.query(({ ctx }) => identities.mine(ctx.me)),
    of: allowedTo('users.read')
      .input(ById)
      .query(({ input }) => identities.of(input.id)),
    unlink: memberProcedure.input(ById).mutation(async ({ ctx, input }) => {
      await identities.unlink(ctx, input.id);
      return null;
    }),

    providers: admins.query(() => ssoProviders.list()),
    saveProvider: admins.input(ProviderSave).mutation(async ({ ctx, input }) => {
      await ssoProviders.save(ctx, input);
      return null;
    }),
    deleteProvider: admins.input(ByProviderId).mutation(async ({ ctx, input }) => {
      await ssoProviders.remove(ctx, input.id);
      return null;
    }),
    checkProvider: admins.input(ByProviderId).mutation(({ input }) => ssoProviders.check(input.id)),
  });
}
