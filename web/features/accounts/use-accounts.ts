import { type UseQueryResult, useQuery } from '@tanstack/react-query';
import type { AccountView } from '#shared/schemas/accounts.ts';
import { type AppRouterError, trpc } from '../../lib/trpc.ts';

const LIVE_MS = 5_000;
/** What an account adds to the pause between two answers: 10,000 of them are megabytes. */
const EACH_MS = 5;

/** The accounts the person may see, live: asked again every 5 s while the page is visible, thousands more seldom. */
export function useAccounts(): UseQueryResult<AccountView[], AppRouterError> {
  return useQuery(
    trpc.accounts.list.queryOptions(undefined, {
      refetchInterval: ({ state }) => Math.max(LIVE_MS, (state.data?.length ?? 0) * EACH_MS),
    }),
  );
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
