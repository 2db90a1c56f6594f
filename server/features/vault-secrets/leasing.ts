import { AppError } from '#shared/errors.ts';
import type { Clock } from '../../infra/clock.ts';
import type { Vault, VaultRow } from '../vault/index.ts';
import type { LeaseWriter } from './lease-writer.ts';
import { covers, isFor, type SecretHolder } from './secret-holder.ts';

export type LeasingDeps = {
  vault: Pick<Vault, 'find' | 'lease' | 'refresh' | 'accessTokenOf' | 'refreshTokenOf'>;
  leases: Pick<LeaseWriter, 'write'>;
  clock: Pick<Clock, 'now'>;
  newId(): string;
};

/** Which account; a biz id counts before an e-mail. */
export type AskedAccount = { bizId: string } | { email: string };

export type LeaseWish = {
  account: AskedAccount;
  /** For how long the token is to be good at least, ms; 0 = as long as it is. */
  minTtlMs: number;
};

/** Who asks, and from where. */
export type Leaser = { holder: SecretHolder; address: string };

export type Leased = {
  bizId: string;
  email: string;
  /** Empty when the account has none. */
  accessToken: string;
  /** Empty unless the secret is for it. */
  refreshToken: string;
  plan: string;
  userName: string;
  expiresAt: Date | null;
};

type Given = { accessToken: string | null; expiresAt: Date | null; refreshed: boolean };

export type Leasing = ReturnType<typeof createLeasing>;

/** Gives access tokens to programs, and notes each one that was given. */
export function createLeasing({ clock, leases, newId, vault }: LeasingDeps) {
  /**
   * The one account that is asked for, among those the secret is for: what is not on its list is not
   * there, as far as it is told.
   * @throws AppError not_found, conflict, user_disabled-like forbidden for one that is switched off.
   */
  async function accountOf(account: AskedAccount, holder: SecretHolder): Promise<VaultRow> {
    const [row, ...others] = (await vault.find(account)).filter((found) => covers(holder, found));
    if (!row) {
      throw new AppError(
        'not_found',
        'There is no account of this biz_id or e-mail that this secret is for.',
      );
    }
    if (others.length > 0) {
      throw new AppError(
        'conflict',
        `${others.length + 1} accounts have this e-mail. Say which one by its biz_id.`,
        { param: 'email' },
      );
    }
    if (row.state === 'disabled') {
      throw new AppError('forbidden', 'This account is switched off. Its owner can switch it on.');
    }
    return row;
  }

  async function given(row: VaultRow, { address, holder }: Leaser, token: Given): Promise<Leased> {
    const refreshToken = isFor(holder, 'refresh-token')
      ? await vault.refreshTokenOf(row.accountId)
      : null;
    const { accountId, bizId } = row;
    const { accessToken, expiresAt, refreshed } = token;
    if (accessToken !== null) {
      await leases.write({
        ...{ id: newId(), at: new Date(clock.now()), accountId, bizId, address, expiresAt },
        ...{ secretId: holder.secretId, by: holder.name, refreshed },
      });
    }
    return {
      ...{ bizId, email: row.email ?? '', plan: row.plan, userName: row.userName, expiresAt },
      accessToken: accessToken ?? '',
      refreshToken: refreshToken ?? '',
    };
  }

  async function lasting(row: VaultRow, minTtlMs: number): Promise<Given> {
    return await vault.lease(row.accountId, { trigger: 'lease', minTtlMs });
  }

  async function present(row: VaultRow): Promise<Given> {
    const accessToken = await vault.accessTokenOf(row.accountId);
    return { accessToken, expiresAt: row.accessExpiresAt, refreshed: false };
  }

  async function renewed(row: VaultRow): Promise<Given> {
    const result = await vault.refresh(row.accountId, { trigger: 'lease' });
    if (result.outcome !== 'rotated' && result.outcome !== 'kept') {
      throw new AppError('refresh_failed', result.text);
    }
    const accessToken = await vault.accessTokenOf(row.accountId);
    return { accessToken, expiresAt: result.expiresAt, refreshed: true };
  }

  return {
    /**
     * The access token there is; one that lasts long enough where that is asked for.
     * @throws AppError scope_missing, not_found, conflict, forbidden, refresh_failed,
     *   storage_unavailable.
     */
    async read(leaser: Leaser, { account, minTtlMs }: LeaseWish): Promise<Leased> {
      if (minTtlMs > 0) requireScope(leaser.holder, 'refresh');
      const row = await accountOf(account, leaser.holder);
      const token = minTtlMs > 0 ? await lasting(row, minTtlMs) : await present(row);
      return await given(row, leaser, token);
    },

    /**
     * A new access token; the present one while it lasts as long as is asked for. Throws as `read`.
     */
    async refresh(leaser: Leaser, { account, minTtlMs }: LeaseWish): Promise<Leased> {
      const row = await accountOf(account, leaser.holder);
      const token = minTtlMs > 0 ? await lasting(row, minTtlMs) : await renewed(row);
      return await given(row, leaser, token);
    },
  };
}

/** @throws AppError scope_missing */
export function requireScope(holder: SecretHolder, scope: 'read' | 'refresh' | 'admin'): void {
  if (isFor(holder, scope)) return;
  throw new AppError(
    'scope_missing',
    scope === 'refresh'
      ? 'This secret may not refresh tokens (nor use min_ttl). Give it the scope "refresh" in the console.'
      : `This secret is not for this. Give it the scope "${scope}" in the console.`,
  );
}
