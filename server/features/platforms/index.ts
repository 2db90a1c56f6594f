export { createPlatformsRepo, holdPlatforms } from './platforms.repo.ts';
export { createPlatformsRouter } from './platforms.router.ts';
export { createPlatformsService, type PlatformsService } from './platforms.service.ts';
