import { Button } from '@mantine/core';
import { IconFilterOff, IconKey } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { KeyCreated, KeyFilter, KeySort, KeyView } from '#shared/schemas/keys.ts';
import { trpc } from '../../lib/trpc.ts';
import { useAppMutation } from '../../lib/use-app-mutation.ts';
import { useDialog } from '../../lib/use-dialog.ts';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { PagedSection } from '../../ui/PagedSection.tsx';
import { EditKey, RevokeKey } from './KeyDialogs.tsx';
import { KeyFilters } from './KeyFilters.tsx';
import { type KeyAction, KeysTable } from './KeysTable.tsx';
import { EndOverlap, RotateKey } from './RotateKey.tsx';
import { SelectionBar } from './SelectionBar.tsx';
import { isSearching, type KeysList, NEWEST, useKeysList } from './use-keys-list.ts';

type KeyListProps = {
  everyone: boolean;
  onAdd: () => void;
  onRotated: (created: KeyCreated) => void;
};

/** Thousands of keys with what finds them, and what can be done with one or with many. */
export function KeyList({ everyone, onAdd, onRotated }: KeyListProps) {
  const { t } = useTranslation('keys');
  const [wish, setFilter] = useState<KeyFilter>({});
  const filter = everyone ? wish : { ...wish, ownerId: undefined };
  const [sort, setSort] = useState(NEWEST);
  const list = useKeysList(everyone, filter, sort);
  const keys = list.rows ?? [];
  const [selected, setSelected] = useState<ReadonlySet<string> | null>(null);
  const dialog = useDialog<{ action: KeyAction; key: KeyView }>();
  const change = useAppMutation(trpc.keys.switch.mutationOptions(), {
    invalidate: [trpc.keys.pathFilter()],
    success: (_changed, { on, ids }) => {
      const name = keys.find(({ id }) => id === ids[0])?.name ?? '';
      return t(on ? 'switched.on' : 'switched.off', { name });
    },
  });
  const open = keys.filter(({ state }) => state !== 'revoked').map(({ id }) => id);

  function toggle(id: string) {
    setSelected((now) =>
      now?.has(id)
        ? new Set([...now].filter((each) => each !== id))
        : new Set([...(now ?? []), id]),
    );
  }
  function act(action: KeyAction, key: KeyView) {
    if (action === 'switch') change.mutate({ ids: [key.id], on: key.disabled });
    else dialog.open({ action, key });
  }
  /** Times begin with the latest; the same heading again turns the order. */
  function sortBy(by: KeySort) {
    setSort((now) => ({
      by,
      descending: now.by === by ? !now.descending : by === 'created' || by === 'used',
    }));
  }

  return (
    <>
      {!hasNone(list, filter) && (
        <KeyFilters
          counts={list.counts}
          everyone={everyone}
          filter={filter}
          onFilter={setFilter}
          sort={sort}
          onSort={(by) => by !== sort.by && sortBy(by)}
          onSelect={selected === null && open.length > 0 ? () => setSelected(new Set()) : null}
        />
      )}
      {selected !== null && (
        <SelectionBar
          selected={open.filter((id) => selected.has(id))}
          shown={open}
          onSelect={(ids) => setSelected(new Set(ids))}
          onDone={() => setSelected(null)}
        />
      )}
      <PagedSection
        pages={list}
        empty={
          <Empty
            list={list}
            filter={filter}
            onAdd={onAdd}
            onClear={() => setFilter(({ withRevoked }) => ({ withRevoked }))}
          />
        }
      >
        {(rows, more) => (
          <KeysTable
            keys={rows}
            withOwner={everyone}
            onAction={act}
            selection={selected && { ids: selected, onToggle: toggle }}
            sorting={{ ...sort, onSort: (by) => sortBy(by as KeySort) }}
            {...more}
          />
        )}
      </PagedSection>
      {dialog.value && (
        <KeyDialog
          key={dialog.turn}
          action={dialog.value.action}
          frame={{ opened: dialog.opened, onClose: dialog.close, apiKey: dialog.value.key }}
          everyone={everyone}
          onRotated={onRotated}
        />
      )}
    </>
  );
}

/** Whether there is no key at all, not even a revoked one. */
function hasNone({ counts }: KeysList, filter: KeyFilter): boolean {
  return (
    counts !== undefined &&
    !isSearching(filter) &&
    Object.values(counts).every((count) => count === 0)
  );
}

type EmptyProps = { list: KeysList; filter: KeyFilter; onAdd: () => void; onClear: () => void };

function Empty({ list, filter, onAdd, onClear }: EmptyProps) {
  const { t } = useTranslation('keys');
  if (hasNone(list, filter)) {
    const add = <Button onClick={onAdd}>{t('add')}</Button>;
    return <EmptyState icon={IconKey} title={t('empty')} text={t('emptyText')} action={add} />;
  }
  if (!isSearching(filter)) {
    return <EmptyState icon={IconKey} title={t('allRevoked')} text={t('allRevokedText')} />;
  }
  return (
    <EmptyState
      icon={IconFilterOff}
      title={t('filter.noMatch')}
      text={t('filter.noMatchText')}
      action={
        <Button variant="default" onClick={onClear}>
          {t('filter.clear')}
        </Button>
      }
    />
  );
}

type KeyDialogProps = {
  action: KeyAction;
  frame: { opened: boolean; onClose: () => void; apiKey: KeyView };
  everyone: boolean;
  onRotated: (created: KeyCreated) => void;
};

function KeyDialog({ action, frame, everyone, onRotated }: KeyDialogProps) {
  switch (action) {
    case 'edit':
      return <EditKey {...frame} />;
    case 'rotate':
      return <RotateKey {...frame} onRotated={onRotated} />;
    case 'endOverlap':
      return <EndOverlap {...frame} />;
    case 'revoke':
      return <RevokeKey {...frame} withOwner={everyone} />;
    case 'switch':
      return null;
  }
}
