export { buildVaultBatch } from './build-vault-batch.ts';
export { openFile } from './sealed-file.ts';
export { createVaultBatchRouter } from './vault-batch.router.ts';
export type { VaultBatchService } from './vault-batch.service.ts';
