import { useQuery } from '@tanstack/react-query';
import type { AccountView } from '#shared/schemas/accounts.ts';
import { trpc } from '../../lib/trpc.ts';
import { useMe } from '../../lib/use-me.ts';

/** Whom an account may be lent to, as choices; `complete` where that is everyone on the server. */
export function useBorrowers(account: AccountView) {
  const admin = useMe().role === 'admin';
  const users = useQuery(trpc.users.list.queryOptions(undefined, { enabled: admin }));
  const people = (users.data ?? [])
    .filter(({ id, state }) => id !== account.ownerId && state !== 'disabled')
    .map(({ id, username, displayName }) => ({ value: id, label: displayName || username }));
  return { people, complete: admin };
}
