import type { Cipher } from '../../infra/cipher.ts';
import { type AccountCipher, openKey, sealKey } from '../accounts/index.ts';
import type { TokenRecord } from './chain.ts';
import type { ClaimedClient } from './refresh-store.ts';
import type { TokenClient } from './token-endpoint.ts';

type Column = 'refresh_token' | 'previous_token';

/** Opens a token of `vault_tokens`. Throws AppError internal when it was altered or its key is gone. */
export function openSealed(
  cipher: AccountCipher,
  column: Column,
  accountId: string,
  sealed: string,
): string {
  return cipher.open(sealed, { table: 'vault_tokens', column, id: accountId });
}

/** Seals a refresh token for the row it lives in. */
export function sealToken(cipher: AccountCipher, accountId: string, token: string): string {
  return cipher.seal(token, { table: 'vault_tokens', column: 'refresh_token', id: accountId });
}

/** Both sealed for where they go: the new one, and the one before as the one before. */
export function sealRefresh(
  cipher: AccountCipher,
  accountId: string,
  { after, before }: { after: string; before: string },
) {
  const previous = { table: 'vault_tokens', column: 'previous_token', id: accountId };
  return {
    sealed: sealToken(cipher, accountId, after),
    previousSealed: cipher.seal(before, previous),
  };
}

/**
 * The record with what another key than the present one sealed sealed anew.
 * @throws AppError internal when that key is gone.
 */
export function sealedAnew(cipher: Cipher, record: TokenRecord): TokenRecord {
  const { accountId: id, refresh, secret } = record;
  const sealed = [secret, ...(refresh ? [refresh.sealed, refresh.previousSealed] : [])];
  if (!sealed.some(cipher.needsReseal)) return record;
  const key = openKey(cipher, id, secret) ?? '';
  if (!refresh) return { ...record, ...sealKey(cipher, id, key) };
  const after = openSealed(cipher, 'refresh_token', id, refresh.sealed);
  const before = openSealed(cipher, 'previous_token', id, refresh.previousSealed);
  const fresh = sealRefresh(cipher, id, { after, before });
  return { ...record, ...sealKey(cipher, id, key), refresh: fresh };
}

/** An OAuth client as its token endpoint is asked with, its secret in clear. */
export function openClient(cipher: AccountCipher, client: ClaimedClient): TokenClient {
  const place = { table: 'oauth_clients', column: 'client_secret', id: client.id };
  return {
    clientId: client.client_id,
    clientSecret: client.client_secret === null ? null : cipher.open(client.client_secret, place),
    tokenEndpoint: client.token_endpoint,
    redirectUri: client.redirect_uri,
    tokenFormat: client.token_format,
    tokenAuth: client.token_auth,
  };
}
