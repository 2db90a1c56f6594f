import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import type { AuditRow } from '#shared/schemas/audit.ts';
import { trpc } from '../../lib/trpc.ts';
import { type AuditSearch, toAuditFilter } from './audit-search.ts';

const PAGE = 100;

export type AuditList = {
  /** Undefined until the first page is there. */
  rows: AuditRow[] | undefined;
  error: unknown;
  isPending: boolean;
  isRefreshing: boolean;
  refetch: () => void;
  /** Asks for the newest rows again. */
  refresh: () => void;
  /** Undefined when everything is there. */
  more: { onLoad: () => void; loading: boolean } | undefined;
};

/** The log for an address: pages fetched so far, the next one on demand, and the newest on refresh. */
export function useAuditList(search: AuditSearch): AuditList {
  // NOTE: a range ends when it was chosen, not now; otherwise each render would be a new query.
  const [asOf, setAsOf] = useState(() => Date.now());
  const { open: _open, ...filters } = search;
  const key = JSON.stringify(filters);
  const filter = useMemo(() => toAuditFilter(JSON.parse(key), asOf), [key, asOf]);
  const query = useInfiniteQuery(
    trpc.audit.list.infiniteQueryOptions(
      { limit: PAGE, filter },
      {
        getNextPageParam: ({ nextCursor }) => nextCursor ?? undefined,
        placeholderData: keepPreviousData,
        refetchOnWindowFocus: false,
      },
    ),
  );
  const rows = useMemo(() => query.data?.pages.flatMap((page) => page.rows), [query.data]);
  return {
    rows,
    error: query.error,
    isPending: query.isPending,
    isRefreshing: query.isFetching && !query.isFetchingNextPage && !query.isPending,
    refetch: () => void query.refetch(),
    refresh: () => (search.range ? setAsOf(Date.now()) : void query.refetch()),
    more: query.hasNextPage
      ? { onLoad: () => void query.fetchNextPage(), loading: query.isFetchingNextPage }
      : undefined,
  };
}
