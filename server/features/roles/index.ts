export { createRolesRepo } from './roles.repo.ts';
export { createRolesRouter } from './roles.router.ts';
export { createRolesService, type RolesService } from './roles.service.ts';
