import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import type { UserFilter, UserSort, UsersPage, UserView } from '#shared/schemas/users.ts';
import { trpc } from '../../lib/trpc.ts';
import type { More } from '../../ui/DataTable.tsx';

const PAGE = 100;
const WAIT_MS = 250;
const DAY_MS = 86_400_000;

/** How long somebody was not seen, in days. */
export const UNSEEN_DAYS = [7, 30, 90, 365] as const;

export type ListFilter = Omit<UserFilter, 'notSeenSince'> & { unseenDays?: number | undefined };
export type ListSort = { by: UserSort; descending: boolean };

export type UsersList = {
  /** Undefined until the first page is there. */
  rows: UserView[] | undefined;
  counts: UsersPage['counts'] | undefined;
  error: unknown;
  isPending: boolean;
  refetch: () => void;
  /** Undefined when everything is there. */
  more: More | undefined;
};

/** People that fit, page by page, sorted by the server, with how many of each state there are. */
export function useUsersList(filter: ListFilter, sort: ListSort): UsersList {
  const [asOf] = useState(() => Date.now());
  const [settled] = useDebouncedValue(JSON.stringify(toFilter(filter, asOf)), WAIT_MS);
  const query = useInfiniteQuery(
    trpc.users.list.infiniteQueryOptions(
      {
        limit: PAGE,
        filter: JSON.parse(settled) as UserFilter,
        sort: sort.by,
        descending: sort.descending,
      },
      {
        getNextPageParam: ({ nextCursor }) => nextCursor ?? undefined,
        placeholderData: keepPreviousData,
      },
    ),
  );
  const rows = useMemo(() => query.data?.pages.flatMap((page) => page.rows), [query.data]);
  return {
    rows,
    counts: query.data?.pages[0]?.counts,
    error: query.error,
    isPending: query.isPending,
    refetch: () => void query.refetch(),
    more: query.hasNextPage
      ? { onLoad: () => void query.fetchNextPage(), loading: query.isFetchingNextPage }
      : undefined,
  };
}
/** What the server is asked with; `asOf` (epoch ms) is where not being seen is counted from. */
export function toFilter({ unseenDays, search, ...rest }: ListFilter, asOf: number): UserFilter {
  return {
    ...rest,
    ...(search?.trim() && { search: search.trim() }),
    ...(unseenDays && { notSeenSince: new Date(asOf - unseenDays * DAY_MS).toISOString() }),
  };
}

/** How many filters narrow the list, besides the search. */
export function countFilters({ search: _, ...rest }: ListFilter): number {
  return Object.values(rest).filter((value) => value !== undefined).length;
}

/** Whether anything narrows the list. */
export function isNarrowed(filter: ListFilter): boolean {
  return Boolean(filter.search?.trim()) || countFilters(filter) > 0;
}
