export { createSetupRepo } from './setup.repo.ts';
export { createSetupRouter } from './setup.router.ts';
export { createSetupService, type SetupService } from './setup.service.ts';
