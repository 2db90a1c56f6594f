import type { Pool, PoolClient } from 'pg';
import { AppError } from '#shared/errors.ts';
import type { Clock } from '../../infra/clock.ts';
import { notifySql } from '../../infra/events.ts';
import { newId, sha256hex } from '../../infra/ids.ts';
import { type AccountCipher, sealKey } from '../accounts/index.ts';
import { nextAfterSuccess } from './plan.ts';
import { inTx } from './transaction.ts';
import type { RenewedTokens, VaultSettings } from './vault.types.ts';
import { sealToken } from './vault-seals.ts';

export type VaultReplaceDeps = {
  pool: Pick<Pool, 'connect'>;
  cipher: AccountCipher;
  clock: Clock;
  settings(): VaultSettings;
};

/**
 * Gives an account tokens that a person brought. Whoever refreshes it meanwhile writes nothing any more.
 * @throws AppError not_found, conflict (another account has this token).
 */
export function replaceTokens(
  { cipher, clock, pool, settings }: VaultReplaceDeps,
  accountId: string,
  tokens: RenewedTokens,
): Promise<void> {
  const token = tokens.refreshToken.trim();
  const hash = sha256hex(token);
  const key = tokens.accessToken ? sealKey(cipher, accountId, tokens.accessToken) : null;
  const now = clock.now();
  const expiresAt = tokens.accessExpiresAt ?? null;
  const end = expiresAt?.getTime() ?? null;
  const next = key ? nextAfterSuccess(accountId, end, now, settings()) : now;
  const { clientId, email, plan, subject, userName } = tokens;
  return inTx(pool, async (client) => {
    await hold(client, accountId, hash);
    await client.query(RENEW_TOKEN, [
      ...[accountId, sealToken(cipher, accountId, token), hash, key !== null, expiresAt],
      ...[new Date(next), new Date(now), clientId, email, userName, plan, subject],
    ]);
    await client.query(RENEW_ACCOUNT, [
      ...[accountId, key?.secret, key?.secretHint, new Date(now), newId(clock)],
    ]);
    const told = notifySql('accounts', { ids: [accountId] });
    await client.query(told.text, told.values);
  });
}

async function hold(client: PoolClient, accountId: string, hash: string): Promise<void> {
  const found = await client.query(
    'SELECT 1 FROM vault_tokens WHERE account_id = $1 AND deleted_until IS NULL FOR UPDATE',
    [accountId],
  );
  if (found.rows.length === 0) {
    throw new AppError('not_found', 'There is no such account in the vault.');
  }
  const twins = await client.query(
    'SELECT 1 FROM vault_tokens WHERE refresh_hash = $2 AND account_id <> $1',
    [accountId, hash],
  );
  if (twins.rows.length === 0) return;
  const text = 'Another account has this token already.';
  throw new AppError('conflict', text, { param: 'refreshToken' });
}

const RENEW_TOKEN = `UPDATE vault_tokens SET refresh_token = $2, refresh_hash = $3,
    previous_token = NULL, previous_hash = NULL,
    access_expires_at = CASE WHEN $4 THEN $5::timestamptz ELSE access_expires_at END,
    refreshed_at = CASE WHEN $4 THEN $7 ELSE refreshed_at END,
    next_refresh_at = $6, generation = generation + 1, claimed_by = NULL, claimed_until = NULL,
    failures = 0, failure = NULL, failure_text = NULL, updated_at = $7,
    client_id = COALESCE($8, client_id), email = COALESCE($9, email),
    user_name = COALESCE($10, user_name), plan = COALESCE($11, plan),
    subject = COALESCE($12, subject)
  WHERE account_id = $1`;

const RENEW_ACCOUNT = `WITH revived AS (
    INSERT INTO account_events (id, account_id, at, kind, state)
    SELECT $5, id, $4, 'state', 'active' FROM accounts WHERE id = $1 AND state = 'expired')
  UPDATE accounts SET secret = COALESCE($2, secret), secret_hint = COALESCE($3, secret_hint),
    last_error = NULL, last_error_at = NULL, updated_at = $4,
    state_cause = CASE WHEN state = 'expired' THEN NULL ELSE state_cause END,
    state_since = CASE WHEN state = 'expired' THEN $4 ELSE state_since END,
    state = CASE WHEN state = 'expired' THEN 'active' ELSE state END
  WHERE id = $1`;
