export type { LoadUsedToday } from './counters.ts';
export { createMemoryQuotaGate } from './quota-gate.memory.ts';
