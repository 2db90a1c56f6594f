export type { LoadUsed } from './counters.ts';
export { createLoadUsed } from './load-used.ts';
export { createMemoryQuotaGate, type WatchedQuotaGate } from './quota-gate.memory.ts';
export { createUsedRepo } from './used.repo.ts';
