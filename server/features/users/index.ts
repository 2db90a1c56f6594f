export { createInvitesRepo } from './invites.repo.ts';
export { createInvitesService, type InvitesService } from './invites.service.ts';
export { CONFIGURED_ADMIN_ID, createUsersGuard, type UsersGuard } from './users.guard.ts';
export { createUsersRepo, type UserStanding, type UsersRepo } from './users.repo.ts';
export { createUsersRouter } from './users.router.ts';
export { createUsersService, type UsersService } from './users.service.ts';
export { createUsersListRepo } from './users-list.repo.ts';
