export { createVault } from './create-vault.ts';
export { TIMES } from './refresher.ts';
export { USUAL_SETTINGS } from './settings.ts';
export { createExchange, type Exchange, type TokenClient } from './token-endpoint.ts';
export type { Vault } from './vault.ts';
export type { Added, NewVaultAccount, VaultRow } from './vault.types.ts';
export { createVaultAdd } from './vault-add.ts';
export { createVaultRowsRepo } from './vault-rows.repo.ts';
