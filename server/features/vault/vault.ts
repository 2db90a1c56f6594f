import type {
  Added,
  Asked,
  Lease,
  LeaseAsk,
  NewVaultAccount,
  RefreshResult,
  RenewedTokens,
  VaultFilter,
  VaultKey,
  VaultRow,
  VaultSettings,
} from './vault.types.ts';

/** Refresh tokens of accounts, and the access tokens that come of them. */
export type Vault = {
  /**
   * An access token that is good for `minTtlMs` at least where that can be had.
   * @throws AppError not_found, forbidden (switched off), refresh_failed, storage_unavailable.
   */
  lease(accountId: string, ask: LeaseAsk): Promise<Lease>;
  /**
   * Asks the platform for new tokens; however many ask at once, on however many servers, the platform
   * is asked once. What goes wrong at the platform is a result.
   * @throws AppError not_found, forbidden (switched off), storage_unavailable.
   */
  refresh(accountId: string, asked: Asked): Promise<RefreshResult>;
  /**
   * After the platform refused an access token: resolves with whether the account has another one now.
   * Never rejects, and takes seconds at most.
   */
  refreshAfterRefusal(accountId: string, usedSecret: string | null): Promise<boolean>;
  /** Puts accounts into the vault; one that is there already, by its refresh token, stays as it is. */
  add(rows: readonly NewVaultAccount[]): Promise<Added[]>;
  /**
   * Gives an account tokens that a person brought: whatever was wrong with the ones before is forgotten.
   * @throws AppError not_found, conflict (another account has this token).
   */
  replace(accountId: string, tokens: RenewedTokens): Promise<void>;
  /** Accounts that a key fits; several may have the same e-mail. Deleted ones are not found. */
  find(key: VaultKey): Promise<VaultRow[]>;
  /** By descending number, those before `before` (null = the first page). */
  page(filter: VaultFilter, before: number | null, limit: number): Promise<VaultRow[]>;
  count(filter: VaultFilter): Promise<number>;
  /** The refresh token in clear; null = there is no such account. Who may see it is the caller's to decide. */
  refreshTokenOf(accountId: string): Promise<string | null>;
  /** The access token in clear; null = there is none. */
  accessTokenOf(accountId: string): Promise<string | null>;
  /**
   * Asks the platform who and what the account is, with the access token there is.
   * @throws AppError not_found, bad_request (the client has no such endpoint), upstream_failed.
   */
  refreshInfo(accountId: string, which: 'user' | 'account'): Promise<VaultRow>;
  settings(): VaultSettings;
  /** Of every server, at once. */
  saveSettings(settings: VaultSettings): Promise<void>;
  /** Brings home what an earlier run could not store, then begins to refresh by schedule. */
  start(): Promise<void>;
  close(): Promise<void>;
};
