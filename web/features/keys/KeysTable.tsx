import { Checkbox, Menu, Text } from '@mantine/core';
import {
  IconBan,
  IconEdit,
  IconKeyOff,
  IconPlayerPause,
  IconPlayerPlay,
  IconRefresh,
} from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import type { KeyView } from '#shared/schemas/keys.ts';
import { type Column, DataTable, type More, type Sorting } from '../../ui/DataTable.tsx';
import { RowMenu } from '../../ui/RowMenu.tsx';
import { LimitsItem } from '../quotas/LimitsItem.tsx';
import { BudgetBars } from './BudgetBar.tsx';
import { Dim, KeyLimits, KeyStateCell, MayUse, When } from './KeyCells.tsx';
import classes from './keys.module.css';
import { QuotaBar } from './QuotaBar.tsx';

export type KeyAction = 'edit' | 'rotate' | 'endOverlap' | 'switch' | 'revoke';

type KeysTableProps = {
  keys: readonly KeyView[];
  /** Shows whose each key is. */
  withOwner: boolean;
  onAction: (action: KeyAction, key: KeyView) => void;
  /** Rows can be chosen: which are. */
  selection: Selection | null;
  sorting: Sorting;
  more?: More;
};

export type Selection = { ids: ReadonlySet<string>; onToggle: (id: string) => void };

/** API keys; revoked ones come without actions. */
export function KeysTable(props: KeysTableProps) {
  const { keys, withOwner, onAction, selection, sorting, more } = props;
  const { t } = useTranslation('keys');
  const withBudget = keys.some((key) => key.costPerDay !== null || key.costPerMonth !== null);
  return (
    <DataTable
      label={t('list')}
      columns={useColumns({ withOwner, withBudget, selection })}
      rows={keys}
      rowKey={({ id }) => id}
      sorting={sorting}
      {...(more && { more })}
      actions={(key) =>
        key.state === 'revoked' ? null : (
          <RowMenu name={key.name}>
            <Menu.Item leftSection={<IconEdit size={16} />} onClick={() => onAction('edit', key)}>
              {t('action.edit')}
            </Menu.Item>
            <LimitsItem subject="key" id={key.id} name={key.name} />
            <Menu.Item
              leftSection={<IconRefresh size={16} />}
              onClick={() => onAction('rotate', key)}
            >
              {t('action.rotate')}
            </Menu.Item>
            {key.previousUntil !== null && (
              <Menu.Item
                leftSection={<IconKeyOff size={16} />}
                onClick={() => onAction('endOverlap', key)}
              >
                {t('action.endOverlap')}
              </Menu.Item>
            )}
            <Menu.Item
              leftSection={
                key.disabled ? <IconPlayerPlay size={16} /> : <IconPlayerPause size={16} />
              }
              onClick={() => onAction('switch', key)}
            >
              {t(key.disabled ? 'action.on' : 'action.off')}
            </Menu.Item>
            <Menu.Item
              color="red"
              leftSection={<IconBan size={16} />}
              onClick={() => onAction('revoke', key)}
            >
              {t('action.revoke')}
            </Menu.Item>
          </RowMenu>
        )
      }
    />
  );
}

type Shown = { withOwner: boolean; withBudget: boolean; selection: Selection | null };

function useColumns({ withOwner, withBudget, selection }: Shown): Column<KeyView>[] {
  const { t } = useTranslation('keys');
  const chosen: Column<KeyView> = {
    id: 'chosen',
    header: t('select.column'),
    width: 70,
    cell: ({ id, name, state }) =>
      state !== 'revoked' && (
        <Checkbox
          aria-label={t('select.one', { name })}
          checked={selection?.ids.has(id) ?? false}
          onChange={() => selection?.onToggle(id)}
        />
      ),
  };
  const budget: Column<KeyView> = {
    id: 'budget',
    header: t('column.budget'),
    cell: (key) => <BudgetBars apiKey={key} />,
  };
  const owner: Column<KeyView> = {
    id: 'owner',
    header: t('column.owner'),
    sortable: true,
    cell: ({ ownerName }) => <span className={classes.short}>{ownerName}</span>,
  };
  return [
    ...(selection ? [chosen] : []),
    {
      id: 'name',
      header: t('column.name'),
      sortable: true,
      primary: true,
      cell: ({ name, prefix, description }) => (
        <div className={classes.name}>
          {name}
          <Text fz="xs" c="dimmed" fw={400} className={classes.mono}>
            {prefix}
          </Text>
          {description !== '' && (
            <Text fz="xs" c="dimmed" fw={400} lineClamp={2} title={description}>
              {description}
            </Text>
          )}
        </div>
      ),
    },
    ...(withOwner ? [owner] : []),
    { id: 'state', header: t('column.state'), cell: (key) => <KeyStateCell apiKey={key} /> },
    {
      id: 'today',
      header: t('column.today'),
      cell: ({ tokensToday, tokensPerDay, zone }) => (
        <QuotaBar used={tokensToday} limit={tokensPerDay} zone={zone} />
      ),
    },
    ...(withBudget ? [budget] : []),
    {
      id: 'limits',
      header: t('column.limits'),
      cell: (key) => <KeyLimits limited={key} />,
    },
    {
      id: 'models',
      header: t('column.models'),
      cell: (key) => <MayUse apiKey={key} />,
    },
    {
      id: 'expires',
      header: t('column.expires'),
      sortable: true,
      cell: ({ expiresAt }) =>
        expiresAt === null ? <Dim>{t('neverExpires')}</Dim> : <When iso={expiresAt} />,
    },
    {
      id: 'used',
      header: t('column.used'),
      sortable: true,
      cell: ({ lastUsedAt }) =>
        lastUsedAt === null ? <Dim>{t('neverUsed')}</Dim> : <When iso={lastUsedAt} />,
    },
  ];
}
