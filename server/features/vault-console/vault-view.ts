import { VaultFailure, type VaultView } from '#shared/schemas/vault.ts';
import type { ConsoleRow, Extras } from './vault-console.repo.ts';

const MARK = 12;

/** An account of the vault as a person sees it. */
export function viewOf(
  row: ConsoleRow & Extras,
  around: { platformName: string; mayChange: boolean },
): VaultView {
  const { account, accountId, hasAccess, hasAccountInfo, hasUserInfo, refreshHash } = row;
  const { bizId, email, failureText, failures, memo, number, plan, tags, userName } = row;
  return {
    ...{ id: accountId, number, bizId, email, userName, plan, tags, memo },
    ...{ hasAccess, hasUserInfo, hasAccountInfo, failures, failureText },
    ...around,
    name: account.name,
    ownerId: account.ownerId,
    ownerName: account.owner.displayName || account.owner.username,
    platformId: account.platformId,
    state: account.state,
    refreshMark: refreshHash.slice(0, MARK),
    hasPrevious: row.previousHash !== null,
    failure: VaultFailure.safeParse(row.failure).data ?? null,
    proxy: row.proxy,
    client: row.client,
    autoRefresh: row.autoRefresh,
    accessExpiresAt: iso(row.accessExpiresAt),
    refreshedAt: iso(row.refreshedAt),
    nextRefreshAt: row.autoRefresh ? iso(row.nextRefreshAt) : null,
    createdAt: row.createdAt.toISOString(),
  };
}

function iso(at: Date | null): string | null {
  return at === null ? null : at.toISOString();
}
