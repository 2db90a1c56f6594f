export { type Asker, requireKeeper } from './asker.ts';
export { buildVaultContract, type VaultContractServices } from './build-vault-contract.ts';
