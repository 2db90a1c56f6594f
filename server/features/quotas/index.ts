export type { LoadUsed } from './counters.ts';
export { createLoadUsed } from './load-used.ts';
export { createMemoryQuotaGate, type WatchedQuotaGate } from './quota-gate.memory.ts';
export { createRedisQuotaGate } from './quota-gate.redis.ts';
export { createQuotaRules } from './quota-rules.ts';
export { createQuotasRouter } from './quotas.router.ts';
export { createQuotasService, type QuotasService } from './quotas.service.ts';
export { connectQuotaRedis } from './redis-link.ts';
export {
  createQuotaRulesRepo,
  type LimitSet,
  limitsOf,
  moreThanShown,
  NO_LIMITS,
  saveLimits,
} from './rules.repo.ts';
export { createSpentRepo } from './spent.repo.ts';
export { createUsedRepo } from './used.repo.ts';
