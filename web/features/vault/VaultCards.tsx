import { ActionIcon } from '@mantine/core';
import { IconDots } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import type { VaultView } from '#shared/schemas/vault.ts';
import { useNow } from '../../lib/use-now.ts';
import { type Column, DataTable, type More } from '../../ui/DataTable.tsx';
import { VaultCell } from './VaultCell.tsx';
import type { RowEvents } from './VaultGrid.tsx';

type VaultCardsProps = Pick<RowEvents, 'onOpen' | 'onMenu'> & {
  rows: readonly VaultView[];
  more: More | undefined;
};

const SHOWN = ['email', 'state', 'result', 'accessToken', 'next', 'tags'] as const;

/** The list on phones: what matters of each account as a card. */
export function VaultCards({ more, onMenu, onOpen, rows }: VaultCardsProps) {
  const { t } = useTranslation(['vault', 'common']);
  const now = useNow();
  const columns: Column<VaultView>[] = [
    { id: 'bizId', header: t('column.bizId'), primary: true, cell: ({ bizId }) => bizId },
    ...SHOWN.map((column) => ({
      id: column,
      header: t(`column.${column}`),
      cell: (row: VaultView) => <VaultCell {...{ column, row, now, t }} />,
    })),
  ];
  return (
    <DataTable
      label={t('title')}
      columns={columns}
      rows={rows}
      rowKey={({ id }) => id}
      onOpen={onOpen}
      actions={(row) => (
        <ActionIcon
          aria-label={t('common:actionsFor', { name: row.bizId })}
          aria-haspopup="menu"
          onClick={(event) => onMenu(row, event.currentTarget)}
        >
          <IconDots size={18} />
        </ActionIcon>
      )}
      {...(more && { more })}
    />
  );
}
