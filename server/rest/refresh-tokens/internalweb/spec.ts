import type { VaultContractServices } from '../../../features/vault-contract/index.ts';
import type { Rest } from '../../rest.ts';
import type { Identify } from '../../route-spec.ts';
import { adminApiErrors } from './dialect.ts';

export type AdminRoutesDeps = {
  rest: Rest;
  vaultContract: VaultContractServices;
  identify: Identify;
  /** VAULT_ADMIN_API_SHOWS_TOKENS. */
  showsTokens: boolean;
  /** Where programs lease access tokens, told to admins. */
  publicPrefix: string;
};

/** What every route that asks for somebody says; all of them are POST. */
export function byKeeper(identify: Identify) {
  return {
    method: 'POST' as const,
    auth: 'key' as const,
    identify,
    errors: adminApiErrors,
    tag: 'Refresh tokens',
  };
}
