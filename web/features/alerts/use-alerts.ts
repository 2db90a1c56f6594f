import { keepPreviousData, useInfiniteQuery, useQuery } from '@tanstack/react-query';
import type { AlertListInput, AlertPage, AlertView, UnreadAlerts } from '#shared/schemas/alerts.ts';
import { trpc } from '../../lib/trpc.ts';
import { useAppMutation } from '../../lib/use-app-mutation.ts';
import { type Pages, usePages } from '../../lib/use-pages.ts';

const EVERY_MS = 30_000;
const PAGE = 100;
const NEWEST = 20;

/** What of a query these pages need. */
type Found<T> = {
  data: T | undefined;
  error: unknown;
  isPending: boolean;
  refetch: () => unknown;
};

export type AlertFilter = Pick<AlertListInput, 'state' | 'kind' | 'severity'>;

/** How many are unread: asked every half minute, and when the page is looked at again. */
export function useUnread(): Found<UnreadAlerts> {
  return useQuery(
    trpc.alerts.unread.queryOptions(undefined, {
      refetchInterval: EVERY_MS,
      refetchOnWindowFocus: 'always',
    }),
  );
}

/** The newest ones that are unread, while the bell is open. */
export function useNewest(enabled: boolean): Found<AlertPage> {
  return useQuery(
    trpc.alerts.list.queryOptions(
      { limit: NEWEST, state: 'unread' },
      { enabled, refetchInterval: EVERY_MS, staleTime: 0 },
    ),
  );
}

export function useAlertList(filter: AlertFilter): Pages<AlertView> {
  return usePages(
    useInfiniteQuery(
      trpc.alerts.list.infiniteQueryOptions(
        { limit: PAGE, ...filter },
        {
          getNextPageParam: ({ nextCursor }) => nextCursor ?? undefined,
          placeholderData: keepPreviousData,
        },
      ),
    ),
  );
}

const queries = () => [trpc.alerts.list.pathFilter(), trpc.alerts.unread.queryFilter()];

export function useMarkRead(): { mutate: (input: { ids: string[] }) => void } {
  return useAppMutation(trpc.alerts.markRead.mutationOptions(), { invalidate: queries() });
}

export function useMarkAllRead(success: string): { mutate: () => void; isPending: boolean } {
  return useAppMutation(trpc.alerts.markAllRead.mutationOptions(), {
    invalidate: queries(),
    success,
  });
}
