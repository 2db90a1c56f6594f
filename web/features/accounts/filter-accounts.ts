import type { AccountState, AccountView } from '#shared/schemas/accounts.ts';

export type AccountFilter = {
  text: string;
  platformId: string | null;
  state: AccountState | null;
};

export const NO_FILTER: AccountFilter = { text: '', platformId: null, state: null };

/** Whether the filter lets everything through. */
export function isOpen(filter: AccountFilter): boolean {
  return filter.text.trim() === '' && filter.platformId === null && filter.state === null;
}

/** The accounts that fit: every word of the text occurs in the name, platform, owner or key hint. */
export function filterAccounts(
  accounts: readonly AccountView[],
  filter: AccountFilter,
): readonly AccountView[] {
  if (isOpen(filter)) return accounts;
  const words = filter.text.toLowerCase().split(/\s+/).filter(Boolean);
  return accounts.filter((account) => {
    if (filter.platformId !== null && account.platformId !== filter.platformId) return false;
    if (filter.state !== null && account.state !== filter.state) return false;
    const { name, platformName, ownerName, secretHint } = account;
    const text = `${name} ${platformName} ${ownerName} ${secretHint}`.toLowerCase();
    return words.every((word) => text.includes(word));
  });
}

/** The platforms that have accounts, by name, for the filter's choices. */
export function platformsOf(
  accounts: readonly AccountView[],
): readonly { value: string; label: string }[] {
  const names = new Map(accounts.map((account) => [account.platformId, account.platformName]));
  return [...names]
    .map(([value, label]) => ({ value, label }))
    .sort((a, b) => a.label.localeCompare(b.label));
}
