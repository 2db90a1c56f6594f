export { createPoolRouter } from './pool.router.ts';
export type { PoolService } from './pool.service.ts';
export { createPool } from './pool.ts';
