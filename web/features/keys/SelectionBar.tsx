import { Button, Group, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { KeysChanged } from '#shared/schemas/keys.ts';
import { trpc } from '../../lib/trpc.ts';
import { useAppMutation } from '../../lib/use-app-mutation.ts';
import { useDialog } from '../../lib/use-dialog.ts';
import { ConfirmDialog } from '../../ui/ConfirmDialog.tsx';

type SelectionBarProps = {
  selected: readonly string[];
  /** Those that can be chosen among the rows on the page. */
  shown: readonly string[];
  onSelect: (ids: readonly string[]) => void;
  onDone: () => void;
};

/** What can be done with many keys at once. */
export function SelectionBar({ selected, shown, onSelect, onDone }: SelectionBarProps) {
  const { t } = useTranslation('keys');
  const asking = useDialog<'off' | 'revoke'>();
  const settings = {
    success: ({ changed }: KeysChanged) => t('select.done', { count: changed }),
    invalidate: [trpc.keys.pathFilter()],
    onDone: () => {
      asking.close();
      onSelect([]);
    },
  };
  const change = useAppMutation(trpc.keys.switch.mutationOptions(), settings);
  const revoke = useAppMutation(trpc.keys.revokeMany.mutationOptions(), settings);
  const ids = [...selected];
  const count = ids.length;
  const none = count === 0;
  const all = shown.length > 0 && shown.every((id) => selected.includes(id));
  const ask = asking.value ?? 'off';
  return (
    <Group gap="xs" mb="sm" role="toolbar" aria-label={t('select.start')}>
      <Button size="xs" variant="default" onClick={() => onSelect(all ? [] : shown)}>
        {t(all ? 'select.none' : 'select.all')}
      </Button>
      <Text fz="sm" c="dimmed" role="status" className="gh-figures" mx="xs">
        {t('select.count', { count })}
      </Text>
      <Button size="xs" variant="default" disabled={none} onClick={() => asking.open('off')}>
        {t('select.off')}
      </Button>
      <Button
        size="xs"
        variant="default"
        disabled={none}
        loading={change.isPending}
        onClick={() => change.mutate({ ids, on: true })}
      >
        {t('select.on')}
      </Button>
      <Button
        size="xs"
        color="red"
        variant="light"
        disabled={none}
        onClick={() => asking.open('revoke')}
      >
        {t('select.revoke')}
      </Button>
      <Button size="xs" variant="subtle" onClick={onDone}>
        {t('select.stop')}
      </Button>
      <ConfirmDialog
        opened={asking.opened}
        onClose={asking.close}
        title={t(`select.${ask}Title`, { count })}
        text={t(`select.${ask}Text`)}
        confirmLabel={t(`select.${ask}`)}
        pending={change.isPending || revoke.isPending}
        onConfirm={() =>
          ask === 'off' ? change.mutate({ ids, on: false }) : revoke.mutate({ ids })
        }
      />
    </Group>
  );
}
