export { createTraceKeeper } from './traces.keeper.ts';
export { createTracesRepo } from './traces.repo.ts';
export { createWhyRouter } from './why.router.ts';
export { createWhyService, type WhyService } from './why.service.ts';
