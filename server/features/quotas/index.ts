export type { LoadUsedToday } from './counters.ts';
export { createMemoryQuotaGate, type MemoryQuotaGateDeps } from './quota-gate.memory.ts';
