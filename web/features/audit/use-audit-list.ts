import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import type { AuditRow } from '#shared/schemas/audit.ts';
import { trpc } from '../../lib/trpc.ts';
import { type Pages, usePages } from '../../lib/use-pages.ts';
import { type AuditSearch, toAuditFilter } from './audit-search.ts';

const PAGE = 100;

export type AuditList = Pages<AuditRow> & {
  /** Asks for the newest rows again. */
  refresh: () => void;
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
  return {
    ...usePages(query),
    refresh: () => (search.range ? setAsOf(Date.now()) : void query.refetch()),
  };
}
