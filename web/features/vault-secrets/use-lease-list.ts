import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import type { LeaseView } from '#shared/schemas/vault-secrets.ts';
import { trpc } from '../../lib/trpc.ts';
import { type Pages, usePages } from '../../lib/use-pages.ts';
import { type LeaseSearch, toLeaseFilter } from './lease-search.ts';

const PAGE = 100;

type LeaseList = Pages<LeaseView> & {
  /** Asks for the newest rows again. */
  refresh: () => void;
};

/** The log for an address: pages fetched so far, the next one on demand, and the newest on refresh. */
export function useLeaseList(search: LeaseSearch): LeaseList {
  // NOTE: a range ends when it was chosen, not now; otherwise each render would be a new query.
  const [asOf, setAsOf] = useState(() => Date.now());
  const key = JSON.stringify(search);
  const filter = useMemo(() => toLeaseFilter(JSON.parse(key), asOf), [key, asOf]);
  const query = useInfiniteQuery(
    trpc.vaultSecrets.leases.infiniteQueryOptions(
      { limit: PAGE, filter },
      {
        getNextPageParam: ({ nextCursor }) => nextCursor ?? undefined,
        placeholderData: keepPreviousData,
        refetchOnWindowFocus: false,
      },
    ),
  );
  return {
    ...usePages(query),
    refresh: () => (search.range ? setAsOf(Date.now()) : void query.refetch()),
  };
}
