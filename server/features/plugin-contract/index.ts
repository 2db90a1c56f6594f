export type { ContractAccount } from './accounts.repo.ts';
export { accountStatus, KIRO } from './accounts.service.ts';
export { createPluginContract, type PluginContract } from './contract.ts';
export {
  type LinkByOAuth,
  type Linked,
  type LinkState,
  type LinkWish,
  refuseLinking,
  type TokenWish,
} from './link-by-oauth.ts';
export type { PersonRow } from './people.repo.ts';
export { statusOf } from './people.service.ts';
export { PLUGIN_ADMIN, type Requester, requireAdmin, requirePerson } from './requester.ts';
export { cookieIdOf } from './wire-values.ts';
