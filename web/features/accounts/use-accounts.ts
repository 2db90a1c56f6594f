import { type UseQueryResult, useQuery } from '@tanstack/react-query';
import type { AccountView } from '#shared/schemas/accounts.ts';
import { type AppRouterError, trpc } from '../../lib/trpc.ts';

const LIVE_MS = 5_000;

/** The accounts the person may see, live: asked again every 5 s while the page is visible. */
export function useAccounts(): UseQueryResult<AccountView[], AppRouterError> {
  return useQuery(trpc.accounts.list.queryOptions(undefined, { refetchInterval: LIVE_MS }));
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
