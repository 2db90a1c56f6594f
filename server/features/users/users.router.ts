import { ById } from '#shared/schemas/common.ts';
import {
  EndDevices,
  InviteAccept,
  InviteToken,
  PeopleInput,
  ProfileUpdate,
  UserCreate,
  UserDelete,
  UserNamesInput,
  UsersListInput,
  UserUpdate,
} from '#shared/schemas/users.ts';
import { ImportFile, ImportRows, UsersBulk } from '#shared/schemas/users-bulk.ts';
import { allowedTo, memberProcedure, publicProcedure, router } from '../../trpc/init.ts';
import type { InvitesService } from './invites.service.ts';
import type { UsersService } from './users.service.ts';

/** Typed in the console; programs name the id. */
const TypedDelete = UserDelete.required();

export function createUsersRouter(users: UsersService, invites: InvitesService) {
  return router({
    list: allowedTo('users.read')
      .input(UsersListInput)
      .query(({ input }) => users.list(input)),
    get: allowedTo('users.read')
      .input(ById)
      .query(({ input }) => users.get(input.id)),
    names: allowedTo('users.read')
      .input(UserNamesInput)
      .query(({ input }) => users.names(input)),
    devices: allowedTo('users.read')
      .input(ById)
      .query(({ input }) => users.devices(input.id)),
    endDevices: allowedTo('users.write')
      .input(EndDevices)
      .mutation(async ({ ctx, input }) => {
        await users.endDevices(ctx, input);
        return null;
      }),
    people: memberProcedure.input(PeopleInput).query(({ input }) => users.people(input)),
    saveProfile: memberProcedure
      .input(ProfileUpdate)
      .mutation(({ ctx, input }) => users.saveProfile(ctx, input)),
    create: allowedTo('users.write')
      .input(UserCreate)
      .mutation(({ ctx, input }) => users.create(ctx, input)),
    update: allowedTo('users.write')
      .input(UserUpdate)
      .mutation(({ ctx, input }) => users.update(ctx, input)),
    // NOTE: previews are no queries, for what they are given is too long for an address.
    previewBulk: allowedTo('users.write')
      .input(UsersBulk)
      .mutation(({ ctx, input }) => users.previewBulk(ctx, input)),
    bulk: allowedTo('users.write')
      .input(UsersBulk)
      .mutation(({ ctx, input }) => users.bulk(ctx, input)),
    previewImport: allowedTo('users.write')
      .input(ImportFile)
      .mutation(({ ctx, input }) => users.previewImport(ctx, input)),
    importRows: allowedTo('users.write')
      .input(ImportRows)
      .mutation(({ ctx, input }) => users.importRows(ctx, input)),
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
