export { buildVaultSecrets } from './build-vault-secrets.ts';
export { type AskedAccount, type Leasing, requireScope } from './leasing.ts';
export type { SecretHolder } from './secret-holder.ts';
export type { SecretLookup } from './secret-lookup.ts';
export { createVaultSecretsRouter, type VaultSecretsServices } from './vault-secrets.router.ts';
