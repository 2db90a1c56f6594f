export { createAccountRecordsRepo } from './account-records.repo.ts';
export {
  type AccountRecordsService,
  createAccountRecordsService,
} from './account-records.service.ts';
export { type AccountCipher, openKey, sealKey } from './account-secret.ts';
export { createAccountPoolRepo } from './accounts.pool.repo.ts';
export { createAccountPool, type ReadyAccounts, type TokenRenewal } from './accounts.pool.ts';
export { createAccountsRepo } from './accounts.repo.ts';
export { createAccountsRouter } from './accounts.router.ts';
export { type AccountsService, createAccountsService } from './accounts.service.ts';
export { createKeyPrints } from './key-prints.ts';
export { checkPersonalLending, lendsPersonal } from './personal-lending.ts';
