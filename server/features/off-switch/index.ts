export { createEndings } from './endings.ts';
export { createEndingsRepo, createOffSwitchRepo } from './off-switch.repo.ts';
export { createOffSwitchRouter } from './off-switch.router.ts';
export { createOffSwitchService, type OffSwitchService } from './off-switch.service.ts';
export { endAll } from './steps.repo.ts';
