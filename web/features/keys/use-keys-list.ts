import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import type { KeyFilter, KeySort, KeysPage, KeyView } from '#shared/schemas/keys.ts';
import { trpc } from '../../lib/trpc.ts';
import { type Pages, usePages } from '../../lib/use-pages.ts';

const PAGE = 100;
const WAIT_MS = 250;
const REFRESH_MS = 30_000;
/** So many pages are kept fresh by themselves; more would be asked for again and again. */
const FRESH_PAGES = 2;

export type ListSort = { by: KeySort; descending: boolean };
export const NEWEST: ListSort = { by: 'created', descending: true };

export type KeysList = Pages<KeyView> & { counts: KeysPage['counts'] | undefined };

/** Own keys or everyone's that fit, page by page, with how many of each state there are. */
export function useKeysList(all: boolean, filter: KeyFilter, sort: ListSort): KeysList {
  const [settled] = useDebouncedValue(JSON.stringify(tidied(filter)), WAIT_MS);
  const query = useInfiniteQuery(
    trpc.keys.list.infiniteQueryOptions(
      {
        limit: PAGE,
        all,
        filter: JSON.parse(settled) as KeyFilter,
        sort: sort.by,
        descending: sort.descending,
      },
      {
        getNextPageParam: ({ nextCursor }) => nextCursor ?? undefined,
        placeholderData: keepPreviousData,
        refetchInterval: ({ state }) =>
          (state.data?.pages.length ?? 0) <= FRESH_PAGES && REFRESH_MS,
        refetchOnWindowFocus: false,
      },
    ),
  );
  return { ...usePages(query), counts: query.data?.pages[0]?.counts };
}

function tidied({ search, ...rest }: KeyFilter): KeyFilter {
  const words = search?.trim();
  return { ...rest, ...(words && { search: words }) };
}

/** How many filters narrow the list, besides the search. */
export function countFilters({ state, ownerId, scope }: KeyFilter): number {
  return [state, ownerId, scope].filter((value) => value !== undefined).length;
}

/** Whether something is looked for. */
export function isSearching(filter: KeyFilter): boolean {
  return Boolean(filter.search?.trim()) || countFilters(filter) > 0;
}

/** How many keys there are of those that are listed, and how many with those that are not. */
export function totalOf(counts: KeysPage['counts'], { state, withRevoked }: KeyFilter): number {
  if (state !== undefined) return counts[state];
  const { active, disabled, expired, revoked } = counts;
  return active + disabled + expired + (withRevoked ? revoked : 0);
}
