import type { Pool } from 'pg';
import { z } from 'zod';
import { AppError } from '#shared/errors.ts';
import type { Outbound } from '../../infra/outbound/index.ts';
import { type AccountCipher, openKey } from '../accounts/index.ts';
import { askInfo, factsIn, type Told, writeInfo } from './account-info.ts';
import type { RefreshStore } from './refresh-store.ts';
import type { VaultRow } from './vault.types.ts';
import type { VaultRowsRepo } from './vault-rows.repo.ts';

export type InfoKeeperDeps = {
  pool: Pick<Pool, 'query'>;
  rows: Pick<VaultRowsRepo, 'find'>;
  store: Pick<RefreshStore, 'confirm'>;
  cipher: AccountCipher;
  outbound: Outbound;
  dispatch(proxyId: string): Outbound;
};

const Endpoints = z.object({
  secret: z.string().nullable(),
  proxy_id: z.string().nullable(),
  user_info_endpoint: z.string().nullable(),
  account_info_endpoint: z.string().nullable(),
  fields: z.unknown(),
});
type Endpoints = z.infer<typeof Endpoints>;

/** What platforms tell of the people and accounts behind access tokens. */
export function createInfoKeeper({
  cipher,
  dispatch,
  outbound,
  pool,
  rows,
  store,
}: InfoKeeperDeps) {
  async function endpointsOf(accountId: string): Promise<Endpoints> {
    const { rows: found } = await pool.query({
      name: 'vault_info_endpoints',
      text: `SELECT a.secret, v.proxy_id, c.user_info_endpoint, c.account_info_endpoint, c.fields
             FROM vault_tokens v JOIN accounts a ON a.id = v.account_id
             LEFT JOIN oauth_clients c ON c.id = v.client_id
             WHERE v.account_id = $1 AND v.deleted_until IS NULL`,
      values: [accountId],
    });
    if (found.length > 0) return Endpoints.parse(found[0]);
    throw new AppError('not_found', 'There is no such account in the vault.');
  }

  async function read(accountId: string, which: readonly ('user' | 'account')[]): Promise<void> {
    const at = await endpointsOf(accountId);
    const token = openKey(cipher, accountId, at.secret);
    if (token === null) {
      throw new AppError('bad_request', 'It has no access token yet; refresh it first.');
    }
    const via = at.proxy_id === null ? outbound : dispatch(at.proxy_id);
    const told: Told = {};
    if (which.includes('user')) told.user = await askInfo(via, at.user_info_endpoint, token);
    if (which.includes('account'))
      told.account = await askInfo(via, at.account_info_endpoint, token);
    await writeInfo(pool, accountId, told, factsIn(told, at.fields));
    // It was answered well: the token before is not needed any more.
    await store.confirm(accountId, at.secret);
  }

  return {
    /** See `Vault.refreshInfo`. */
    async refresh(accountId: string, which: 'user' | 'account'): Promise<VaultRow> {
      await read(accountId, [which]);
      const [row] = await rows.find({ accountId });
      if (row) return row;
      throw new AppError('not_found', 'There is no such account in the vault.');
    },
    /** All that its client has endpoints for. */
    async afterRefresh(accountId: string): Promise<void> {
      const at = await endpointsOf(accountId);
      const which = [
        ...(at.user_info_endpoint ? (['user'] as const) : []),
        ...(at.account_info_endpoint ? (['account'] as const) : []),
      ];
      if (which.length > 0) await read(accountId, which);
    },
  };
}
