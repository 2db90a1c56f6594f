import { ById } from '#shared/schemas/common.ts';
import {
  InviteAccept,
  InviteToken,
  PeopleInput,
  UserCreate,
  UserDelete,
  UserUpdate,
} from '#shared/schemas/users.ts';
import { allowedTo, memberProcedure, publicProcedure, router } from '../../trpc/init.ts';
import type { InvitesService } from './invites.service.ts';
import type { UsersService } from './users.service.ts';

/** Typed in the console; programs name the id. */
const TypedDelete = UserDelete.required();

export function createUsersRouter(users: UsersService, invites: InvitesService) {
  return router({
    list: allowedTo('users.read').query(() => users.list()),
    people: memberProcedure.input(PeopleInput).query(({ input }) => users.people(input)),
    create: allowedTo('users.write')
      .input(UserCreate)
      .mutation(({ ctx, input }) => users.create(ctx, input)),
    update: allowedTo('users.write')
      .input(UserUpdate)
      .mutation(({ ctx, input }) => users.update(ctx, input)),
    delete: allowedTo('users.write')
      .input(TypedDelete)
      .mutation(async ({ ctx, input }) => {
        await users.delete(ctx, input);
        return null;
      }),
    resetPassword: allowedTo('users.write')
      .input(ById)
      .mutation(({ ctx, input }) => users.resetPassword(ctx, input.id)),
    removeFactors: allowedTo('users.write')
      .input(ById)
      .mutation(({ ctx, input }) => users.removeFactors(ctx, input.id)),

    // NOTE: not a query, for its input would stand in an address and so in a proxy's log.
    inviteInfo: publicProcedure
      .input(InviteToken)
      .mutation(({ ctx, input }) => invites.info(input.token, ctx)),
    acceptInvite: publicProcedure.input(InviteAccept).mutation(async ({ ctx, input }) => {
      const entered = await invites.accept(input, ctx);
      if ('next' in entered) return entered;
      ctx.setSessionCookie(entered.token);
      return entered.me;
    }),
  });
}
