import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import type { VaultSort, VaultView } from '#shared/schemas/vault.ts';
import { client, trpc } from '../../lib/trpc.ts';
import { useNow } from '../../lib/use-now.ts';
import { type Pages, usePages } from '../../lib/use-pages.ts';
import { filterOf, type Look } from './look.ts';

/** The first page is small, to be there at once; the others are few, for whoever goes to the end. */
const FIRST_PAGE = 200;
const NEXT_PAGE = 1_000;
const WAIT_MS = 250;
const REFRESH_MS = 30_000;
/** So many pages are kept fresh by themselves; more would be asked for again and again. */
const FRESH_PAGES = 2;
/** Spans are counted from the last whole five minutes, so that the list does not begin anew each moment. */
const SPAN_STEP_MS = 300_000;

export type ListSort = { by: VaultSort; descending: boolean };
export const NEWEST: ListSort = { by: 'number', descending: true };

export type VaultList = Pages<VaultView> & { total: number | undefined };

/** When spans of filters are counted from, epoch ms. */
export function useSpanStart(): number {
  return Math.floor(useNow() / SPAN_STEP_MS) * SPAN_STEP_MS;
}

/** Accounts of the vault that fit, page by page. */
export function useVaultList(look: Look, sort: ListSort): VaultList {
  const from = useSpanStart();
  const [settled] = useDebouncedValue(look, WAIT_MS);
  const filter = useMemo(() => filterOf(settled, from), [settled, from]);
  const asked = { filter, sort: sort.by, descending: sort.descending };
  const query = useInfiniteQuery({
    queryKey: trpc.vault.list.infiniteQueryKey(asked),
    queryFn: ({ pageParam: cursor, signal }) =>
      client.vault.list.query(
        cursor === null ? { ...asked, limit: FIRST_PAGE } : { ...asked, limit: NEXT_PAGE, cursor },
        { signal },
      ),
    initialPageParam: null as string | null,
    getNextPageParam: ({ nextCursor }) => nextCursor,
    placeholderData: keepPreviousData,
    refetchInterval: ({ state }) => (state.data?.pages.length ?? 0) <= FRESH_PAGES && REFRESH_MS,
    refetchOnWindowFocus: false,
  });
  return { ...usePages(query), total: query.data?.pages[0]?.total };
}
