import { useQuery } from '@tanstack/react-query';
import { useEffect, useMemo, useState } from 'react';
import type { SavedView, VaultViewContent } from '#shared/schemas/vault-views.ts';
import { trpc } from '../../lib/trpc.ts';
import { type ColumnChoice, keepChoice, keptChoice, readChoice } from './column-choice.ts';
import type { Look } from './look.ts';
import { type ListSort, NEWEST } from './use-vault-list.ts';

export type ListView = ReturnType<typeof useListView>;

/** How the list is seen now: as this device has it, or by a view that was saved and perhaps changed since. */
export function useListView() {
  const [view, setView] = useState<SavedView | null>(null);
  const [look, setLook] = useState<Look>({});
  const [sort, setSort] = useState<ListSort>(NEWEST);
  const [choice, setChoice] = useState<ColumnChoice>(keptChoice);
  const content: VaultViewContent = useMemo(
    () => ({ look, sort, columns: { order: [...choice.order], hidden: [...choice.hidden] } }),
    [look, sort, choice],
  );
  function follow(next: SavedView | null): void {
    setView(next);
    setLook(next?.content.look ?? {});
    setSort(next?.content.sort ?? NEWEST);
    setChoice(next ? readChoice(next.content.columns) : keptChoice());
  }
  return {
    /** The one that was chosen; null = none. */
    view,
    content,
    ...{ look, sort, choice },
    ...{ setLook, setSort, follow },
    /** Takes over what became of the chosen one, without touching the list. */
    setView,
    setChoice(next: ColumnChoice): void {
      setChoice(next);
      // The columns of a view are kept with it.
      if (view === null) keepChoice(next);
    },
  };
}

/** Opens the list with the view that its person wants first; true once it is known which one. */
export function useDefaultView({ follow }: ListView): boolean {
  const { data, isPending } = useQuery(trpc.vault.views.queryOptions());
  const [ready, setReady] = useState(false);
  useEffect(() => {
    if (ready || isPending) return;
    const first = data?.find(({ isDefault }) => isDefault);
    if (first) follow(first);
    setReady(true);
  }, [ready, isPending, data, follow]);
  return ready;
}

/** Whether the list is not any more as the view has it. */
export function differs(view: SavedView, now: VaultViewContent): boolean {
  return JSON.stringify(plain(view.content)) !== JSON.stringify(plain(now));
}

/** The same text for the same list: without what is empty, in one order, with today's columns. */
function plain({ columns, look, sort }: VaultViewContent): unknown {
  const { hidden, order } = readChoice(columns);
  return [
    Object.entries(look)
      .filter(([, value]) => value !== undefined && value !== '')
      .sort(([a], [b]) => a.localeCompare(b)),
    [sort.by, sort.descending],
    order,
    [...hidden].sort((a, b) => a.localeCompare(b)),
  ];
}
