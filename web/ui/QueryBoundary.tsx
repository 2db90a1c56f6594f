import type { ReactNode } from 'react';
import { ErrorState } from './ErrorState.tsx';
import { LoadingRows } from './LoadState.tsx';

/** The part of a query's result that is needed; any useQuery result fits. */
type QueryLike<T> = {
  data: T | undefined;
  error: unknown;
  isPending: boolean;
  refetch: () => unknown;
};

type QueryBoundaryProps<T> = {
  query: QueryLike<T>;
  /** In place of the data while it loads; grey rows unless told. */
  loading?: ReactNode;
  /** In place of the data when it `isEmpty`. */
  empty?: ReactNode;
  /** Unless told, an array without entries is empty. */
  isEmpty?: (data: T) => boolean;
  children: (data: T) => ReactNode;
};

function hasNothing(data: unknown): boolean {
  return Array.isArray(data) && data.length === 0;
}

/**
 * Shows a query in whichever state it is: loading, failed (with retry), empty or there. Data that
 * was loaded before stays on screen while a later refetch fails.
 */
export function QueryBoundary<T>(props: QueryBoundaryProps<T>) {
  const { query, loading, empty, isEmpty = hasNothing, children } = props;
  if (query.data === undefined) {
    if (query.isPending && !query.error) return loading ?? <LoadingRows />;
    return <ErrorState error={query.error} onRetry={() => void query.refetch()} />;
  }
  if (empty !== undefined && isEmpty(query.data)) return empty;
  return children(query.data);
}
