export { buildVaultBatch } from './build-vault-batch.ts';
export { createVaultBatchRouter } from './vault-batch.router.ts';
export type { VaultBatchService } from './vault-batch.service.ts';
