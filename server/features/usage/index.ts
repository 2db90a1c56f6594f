export type { OwnLog } from './own-usage.repo.ts';
export { createOwnUsage, type OwnSums, type OwnUsage } from './own-usage.ts';
export { EVERYBODY } from './rollup.sql.ts';
export { rebuildRollups } from './rollups.rebuild.ts';
export { createStatistics } from './statistics.ts';
export { createSummaryRepo } from './summary.repo.ts';
export { createUsageUpkeep } from './upkeep.ts';
export { type OpenUsageLedger, openUsageLedger } from './usage.ledger.ts';
export { createUsageRepo, type UsageRepo } from './usage.repo.ts';
export { createUsageRouter } from './usage.router.ts';
export { createUsageService, type UsageService } from './usage.service.ts';
export {
  createSpentThisMonth,
  createTokensToday,
  createUsedSince,
  type UsedSince,
} from './used-since.ts';
