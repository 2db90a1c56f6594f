import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, type UseQueryResult, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { AccountUse, AccountView } from '#shared/schemas/accounts.ts';
import { type AppRouterError, trpc } from '../../lib/trpc.ts';
import { type Choice, peopleChoices } from './people-choices.ts';

const MONTH_MS = 30 * 86_400_000;
const HOUR_MS = 3_600_000;
const REFRESH_MS = 30_000;
const TYPING_MS = 250;
const SHOWN = 50;
/** Names that are asked for at once, of those it is lent to already. */
const NAMED = 100;

/** Who used an account in the last 30 days, up to now and on; each day by itself when `daily`. */
export function useAccountUse(
  id: string,
  daily: boolean,
): UseQueryResult<AccountUse, AppRouterError> {
  // NOTE: a range that moved with the clock would be a new query at each render.
  const [now] = useState(() => Date.now());
  const from = new Date(now - MONTH_MS).toISOString();
  const to = new Date(now + HOUR_MS).toISOString();
  return useQuery(
    trpc.accounts.use.queryOptions(
      { id, from, to, daily },
      { refetchInterval: REFRESH_MS, staleTime: 0 },
    ),
  );
}

export type Borrowers = {
  /** Those who fit what is typed, and those who are chosen. */
  choices: Choice[];
  loading: boolean;
  failed: boolean;
  /** Whether typing more would find others. */
  more: boolean;
};

/** Whom an account may be lent to, by what a person types. */
export function useBorrowers(
  { loan, ownerId }: AccountView,
  { chosen, search }: { chosen: readonly string[]; search: string },
): Borrowers {
  const [typed] = useDebouncedValue(search.trim().slice(0, 80), TYPING_MS);
  const found = useQuery(
    trpc.users.people.queryOptions(
      { search: typed, limit: SHOWN },
      { placeholderData: keepPreviousData },
    ),
  );
  const [lent] = useState(() => (loan?.users ?? []).slice(0, NAMED));
  const named = useQuery(
    trpc.users.people.queryOptions({ ids: lent, limit: NAMED }, { enabled: lent.length > 0 }),
  );
  // A person is chosen from a list that is gone once something else is typed.
  const [met, setMet] = useState<ReadonlyMap<string, string>>(new Map());
  const names = new Map(met);
  for (const { id, name } of named.data?.rows ?? []) names.set(id, name);
  for (const { id, name } of found.data?.rows ?? []) names.set(id, name);
  const unseen = chosen.filter((id) => names.has(id) && !met.has(id));
  if (unseen.length > 0) {
    setMet(new Map([...met, ...unseen.map((id) => [id, names.get(id) ?? ''] as const)]));
  }
  const shown = (found.data?.rows ?? []).filter(({ id }) => id !== ownerId);
  return {
    choices: peopleChoices(shown, chosen, names),
    loading: found.isFetching || typed !== search.trim(),
    failed: found.isError,
    more: (found.data?.nextCursor ?? null) !== null,
  };
}
