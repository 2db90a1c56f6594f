import { type UseQueryResult, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { AccountUse, AccountView } from '#shared/schemas/accounts.ts';
import { type AppRouterError, trpc } from '../../lib/trpc.ts';
import { useMe } from '../../lib/use-me.ts';

const MONTH_MS = 30 * 86_400_000;
const HOUR_MS = 3_600_000;
const REFRESH_MS = 30_000;

/** Who used an account in the last 30 days, up to now and on. */
export function useAccountUse(
  id: string,
  enabled = true,
): UseQueryResult<AccountUse, AppRouterError> {
  // NOTE: a range that moved with the clock would be a new query at each render.
  const [now] = useState(() => Date.now());
  const from = new Date(now - MONTH_MS).toISOString();
  const to = new Date(now + HOUR_MS).toISOString();
  const options = { enabled, refetchInterval: REFRESH_MS, staleTime: 0 };
  return useQuery(trpc.accounts.use.queryOptions({ id, from, to }, options));
}

/** Whom an account may be lent to, as choices; `complete` where that is everyone on the server. */
export function useBorrowers({ id, ownerId }: AccountView) {
  const admin = useMe().role === 'admin';
  const users = useQuery(trpc.users.list.queryOptions(undefined, { enabled: admin }));
  // Only admins may list the people here; others know those who used their account.
  const use = useAccountUse(id, !admin);
  const names = new Map<string, string>();
  for (const { userId, userName } of use.data ?? []) {
    if (userName !== null) names.set(userId, userName);
  }
  for (const user of users.data ?? []) {
    if (user.state === 'active') names.set(user.id, user.displayName || user.username);
  }
  names.delete(ownerId);
  const people = [...names].map(([value, label]) => ({ value, label }));
  return { people: people.sort((a, b) => a.label.localeCompare(b.label)), complete: admin };
}
