import { Button } from '@mantine/core';
import { IconFilterOff, IconKey } from '@tabler/icons-react';
import { useDeferredValue, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { KeyCreated, KeyView } from '#shared/schemas/keys.ts';
import { trpc } from '../../lib/trpc.ts';
import { useAppMutation } from '../../lib/use-app-mutation.ts';
import { useDialog } from '../../lib/use-dialog.ts';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { Section } from '../../ui/Section.tsx';
import { filterKeys, isSearching, NO_FILTER } from './filter-keys.ts';
import { EditKey, RevokeKey } from './KeyDialogs.tsx';
import { KeyFilters } from './KeyFilters.tsx';
import { type KeyAction, KeysTable } from './KeysTable.tsx';
import { EndOverlap, RotateKey } from './RotateKey.tsx';
import { SelectionBar } from './SelectionBar.tsx';

type KeyListProps = {
  keys: readonly KeyView[];
  everyone: boolean;
  onRotated: (created: KeyCreated) => void;
};

/** The keys with what finds them, and what can be done with one or with many. */
export function KeyList({ keys, everyone, onRotated }: KeyListProps) {
  const { t } = useTranslation('keys');
  const [filter, setFilter] = useState(NO_FILTER);
  const shown = filterKeys(keys, useDeferredValue(filter));
  const [selected, setSelected] = useState<ReadonlySet<string> | null>(null);
  const dialog = useDialog<{ action: KeyAction; key: KeyView }>();
  const change = useAppMutation(trpc.keys.switch.mutationOptions(), {
    invalidate: [trpc.keys.list.pathFilter()],
    success: (_changed, { on, ids }) => {
      const name = keys.find(({ id }) => id === ids[0])?.name ?? '';
      return t(on ? 'switched.on' : 'switched.off', { name });
    },
  });
  const searching = isSearching(filter);
  const open = shown.filter(({ state }) => state !== 'revoked').map(({ id }) => id);

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

  return (
    <>
      <KeyFilters
        keys={keys}
        shown={shown.length}
        everyone={everyone}
        filter={filter}
        onFilter={setFilter}
        onSelect={selected === null ? () => setSelected(new Set()) : null}
      />
      {selected !== null && (
        <SelectionBar
          selected={open.filter((id) => selected.has(id))}
          shown={open}
          onSelect={(ids) => setSelected(new Set(ids))}
          onDone={() => setSelected(null)}
        />
      )}
      <Section flush>
        {shown.length === 0 ? (
          <EmptyState
            icon={searching ? IconFilterOff : IconKey}
            title={searching ? t('filter.noMatch') : t('allRevoked')}
            text={searching ? t('filter.noMatchText') : t('allRevokedText')}
            action={
              searching && (
                <Button
                  variant="default"
                  onClick={() => setFilter(({ withRevoked }) => ({ ...NO_FILTER, withRevoked }))}
                >
                  {t('filter.clear')}
                </Button>
              )
            }
          />
        ) : (
          <KeysTable
            keys={shown}
            withOwner={everyone}
            onAction={act}
            selection={selected && { ids: selected, onToggle: toggle }}
          />
        )}
      </Section>
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
