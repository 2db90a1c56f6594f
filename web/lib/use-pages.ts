import { useMemo } from 'react';

export type Pages<Row> = {
  /** Undefined until the first page is there. */
  rows: Row[] | undefined;
  error: unknown;
  isPending: boolean;
  /** Asked again while rows are shown. */
  isRefreshing: boolean;
  refetch: () => void;
  /** Undefined when everything is there. */
  more: { onLoad: () => void; loading: boolean } | undefined;
};

/** The part of a useInfiniteQuery result that is needed. */
type PagedQuery<Row> = {
  data: { pages: readonly { rows: readonly Row[] }[] } | undefined;
  error: unknown;
  isPending: boolean;
  isFetching: boolean;
  hasNextPage: boolean;
  isFetchingNextPage: boolean;
  refetch: () => unknown;
  fetchNextPage: () => unknown;
};

/** Pages fetched so far as one list, and how the next one is asked for. */
export function usePages<Row>(query: PagedQuery<Row>): Pages<Row> {
  const rows = useMemo(() => query.data?.pages.flatMap((page) => page.rows), [query.data]);
  return {
    rows,
    error: query.error,
    isPending: query.isPending,
    isRefreshing: query.isFetching && !query.isFetchingNextPage && !query.isPending,
    refetch: () => void query.refetch(),
    more: query.hasNextPage
      ? { onLoad: () => void query.fetchNextPage(), loading: query.isFetchingNextPage }
      : undefined,
  };
}
