export { createPlatformsRepo, holdPlatforms, type PlatformsRepo } from './platforms.repo.ts';
export { createPlatformsRouter } from './platforms.router.ts';
export { createPlatformsService, type PlatformsService } from './platforms.service.ts';
