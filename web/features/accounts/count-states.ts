import type { AccountState, AccountView } from '#shared/schemas/accounts.ts';

/** How many accounts are in each state, every state named. */
export function countStates(accounts: readonly AccountView[]): Record<AccountState, number> {
  const counts: Record<AccountState, number> = {
    active: 0,
    cooling: 0,
    exhausted: 0,
    expired: 0,
    disabled: 0,
  };
  for (const { state } of accounts) counts[state] += 1;
  return counts;
}

/** The states as the board lists them: what serves, then what passes by itself. */
export const STATES = [
  'active',
  'cooling',
  'exhausted',
  'expired',
  'disabled',
] as const satisfies readonly AccountState[];
