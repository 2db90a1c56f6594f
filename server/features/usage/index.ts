export { rebuildRollups } from './rollups.rebuild.ts';
export { createSummaryRepo } from './summary.repo.ts';
export { startOfDay } from './time-steps.ts';
export { createTokensToday } from './tokens-today.ts';
export { createUsageUpkeep } from './upkeep.ts';
export { type OpenUsageLedger, openUsageLedger } from './usage.ledger.ts';
export { createUsageRepo, type UsageRepo } from './usage.repo.ts';
export { createUsageRouter } from './usage.router.ts';
export { createUsageService, type UsageService } from './usage.service.ts';
