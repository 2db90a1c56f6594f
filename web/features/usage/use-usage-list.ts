import { keepPreviousData, useInfiniteQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useMemo, useState } from 'react';
import type { UsageRow } from '#shared/schemas/usage.ts';
import { trpc } from '../../lib/trpc.ts';
import { type Pages, usePages } from '../../lib/use-pages.ts';
import { filtersOf, toUsageFilter, type UsageSearch } from './usage-search.ts';

const PAGE = 100;

export type UsageList = Pages<UsageRow> & {
  /** Asks for the newest requests again. */
  refresh: () => void;
};

/** The list for an address: pages fetched so far, the next one on demand, and the newest on refresh. */
export function useUsageList(search: UsageSearch, enabled: boolean): UsageList {
  const cache = useQueryClient();
  // NOTE: a relative range ends when it was chosen, not now; otherwise each render would be a new query.
  const [asOf, setAsOf] = useState(() => Date.now());
  const key = JSON.stringify(filtersOf(search));
  const filter = useMemo(() => toUsageFilter(JSON.parse(key), asOf), [key, asOf]);
  const options = trpc.usage.list.infiniteQueryOptions(
    { limit: PAGE, filter },
    {
      enabled,
      getNextPageParam: ({ nextCursor }) => nextCursor ?? undefined,
      placeholderData: keepPreviousData,
      // Coming back to the tab must not load thousands of rows again.
      refetchOnWindowFocus: false,
    },
  );
  const query = useInfiniteQuery(options);
  const pages = usePages(query);

  // The server gives up a search that takes long; it goes on by itself until there is a row to show.
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = query;
  const searching = pages.rows?.length === 0 && hasNextPage && !query.error;
  useEffect(() => {
    if (searching && !isFetchingNextPage) void fetchNextPage();
  }, [searching, isFetchingNextPage, fetchNextPage]);

  const refresh = () => {
    const now = Date.now();
    if (search.range) return setAsOf(now);
    // Only the first page is worth loading again: what lies behind it does not change.
    cache.setQueryData(
      options.queryKey,
      (data) => data && { pages: data.pages.slice(0, 1), pageParams: data.pageParams.slice(0, 1) },
    );
    void query.refetch();
  };
  return {
    ...pages,
    rows: searching ? undefined : pages.rows,
    isPending: pages.isPending || searching === true,
    refresh,
  };
}
