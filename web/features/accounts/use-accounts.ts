import { type UseQueryResult, useQuery } from '@tanstack/react-query';
import type { AccountView } from '#shared/schemas/accounts.ts';
import { type AppRouterError, trpc } from '../../lib/trpc.ts';

/** The accounts the person may see; states change by themselves, so it is asked again every 15 s. */
export function useAccounts(): UseQueryResult<AccountView[], AppRouterError> {
  return useQuery(trpc.accounts.list.queryOptions(undefined, { refetchInterval: 15_000 }));
}

type Filter = { queryKey?: readonly unknown[] };

/** What to load again after accounts changed: who can serve which model changes with them. */
export function accountQueries(): Filter[] {
  return [
    trpc.accounts.list.queryFilter(),
    trpc.platforms.list.queryFilter(),
    trpc.models.pathFilter(),
  ];
}
