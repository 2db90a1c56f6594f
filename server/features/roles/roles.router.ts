import { ByRole, RoleCreate, RoleUpdate } from '#shared/schemas/roles.ts';
import { allowedTo, router } from '../../trpc/init.ts';
import type { RolesService } from './roles.service.ts';

export function createRolesRouter(roles: RolesService) {
  return router({
    list: allowedTo('users.read').query(() => roles.list()),
    create: allowedTo('roles.write')
      .input(RoleCreate)
      .mutation(({ ctx, input }) => roles.create(ctx, input)),
    update: allowedTo('roles.write')
      .input(RoleUpdate)
      .mutation(({ ctx, input }) => roles.update(ctx, input)),
    delete: allowedTo('roles.write')
      .input(ByRole)
      .mutation(({ ctx, input }) => roles.delete(ctx, input.id)),
  });
}
