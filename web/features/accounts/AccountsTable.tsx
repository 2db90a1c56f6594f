import { ActionIcon, Group, Menu, Text, Tooltip } from '@mantine/core';
import {
  IconEdit,
  IconKey,
  IconPlayerPause,
  IconPlayerPlay,
  IconPlugConnected,
  IconTrash,
} from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import type { AccountView } from '#shared/schemas/accounts.ts';
import { type Column, DataTable } from '../../ui/DataTable.tsx';
import { RelativeTime } from '../../ui/figures.tsx';
import { RowMenu } from '../../ui/RowMenu.tsx';
import { LimitsItem } from '../quotas/LimitsItem.tsx';
import { AccountLending, AccountLoad, AccountQuota } from './AccountFigures.tsx';
import { AccountState } from './AccountState.tsx';
import classes from './accounts.module.css';

export type AccountAction = 'test' | 'edit' | 'replaceKey' | 'enable' | 'disable' | 'delete';

type AccountsTableProps = {
  accounts: readonly AccountView[];
  /** Shows whose each account is. */
  withOwner: boolean;
  onOpen: (account: AccountView) => void;
  onAction: (action: AccountAction, account: AccountView) => void;
};

/** The accounts; those of others come without actions. */
export function AccountsTable(props: AccountsTableProps) {
  const { accounts, withOwner, onOpen, onAction } = props;
  const columns = useColumns(withOwner);
  const { t } = useTranslation('accounts');
  return (
    <DataTable
      label={t('list')}
      columns={columns}
      rows={accounts}
      rowKey={(account) => account.id}
      onOpen={onOpen}
      actions={(account) => <Actions account={account} onAction={onAction} />}
    />
  );
}

function useColumns(withOwner: boolean): Column<AccountView>[] {
  const { t } = useTranslation('accounts');
  const owner: Column<AccountView> = {
    id: 'owner',
    header: t('column.owner'),
    cell: (account) => <span className={classes.short}>{account.ownerName}</span>,
  };
  return [
    {
      id: 'account',
      header: t('column.account'),
      primary: true,
      cell: (account) => (
        <div className={classes.name}>
          {account.name}
          <Text fz="xs" c="dimmed" fw={400}>
            {account.platformName}
            {account.secretHint !== '' && (
              <>
                {' '}
                · <span className={classes.mono}>{account.secretHint}</span>
              </>
            )}
          </Text>
        </div>
      ),
    },
    {
      id: 'state',
      header: t('board.column.state'),
      cell: (account) => <AccountState account={account} />,
    },
    {
      id: 'load',
      header: t('board.column.load'),
      cell: (account) => <AccountLoad account={account} />,
    },
    {
      id: 'quota',
      header: t('board.column.quota'),
      cell: (account) => <AccountQuota account={account} />,
    },
    ...(withOwner ? [owner] : []),
    {
      id: 'lending',
      header: t('board.column.lending'),
      cell: (account) => <AccountLending account={account} />,
    },
    {
      id: 'used',
      header: t('column.used'),
      cell: ({ lastUsedAt }) =>
        lastUsedAt === null ? (
          <Text component="span" c="dimmed" className={classes.nowrap}>
            {t('neverUsed')}
          </Text>
        ) : (
          <span className={classes.nowrap}>
            <RelativeTime iso={lastUsedAt} />
          </span>
        ),
    },
    {
      id: 'error',
      header: t('column.error'),
      cell: (account) => <LastError account={account} />,
    },
  ];
}

function LastError({ account }: { account: AccountView }) {
  const { t } = useTranslation('accounts');
  const { lastError, lastErrorAt } = account;
  if (lastError === null) {
    return (
      <Text component="span" c="dimmed" className={classes.nowrap}>
        {account.mine ? t('noError') : '–'}
      </Text>
    );
  }
  return (
    <Tooltip
      label={lastError}
      multiline
      maw={420}
      events={{ hover: true, focus: true, touch: true }}
    >
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: the whole text is in the tooltip, for the keyboard too */}
      <div className={classes.error} tabIndex={0}>
        <span className={classes.clamp}>{lastError}</span>
        {lastErrorAt !== null && (
          <Text component="span" fz="xs" c="dimmed">
            <RelativeTime iso={lastErrorAt} />
          </Text>
        )}
      </div>
    </Tooltip>
  );
}

type ActionsProps = Pick<AccountsTableProps, 'onAction'> & { account: AccountView };

function Actions({ account, onAction }: ActionsProps) {
  const { t } = useTranslation('accounts');
  if (!account.mine) return null;
  const act = (action: AccountAction) => () => onAction(action, account);
  const disabled = account.state === 'disabled';
  return (
    <Group gap={2} wrap="nowrap" justify="flex-end">
      <Tooltip label={t('action.test')}>
        <ActionIcon aria-label={`${t('action.test')}: ${account.name}`} onClick={act('test')}>
          <IconPlugConnected size={18} stroke={1.7} />
        </ActionIcon>
      </Tooltip>
      <RowMenu name={account.name}>
        <Menu.Item leftSection={<IconEdit size={16} />} onClick={act('edit')}>
          {t('action.edit')}
        </Menu.Item>
        <LimitsItem subject="account" id={account.id} name={account.name} />
        {account.platformId !== 'sandbox' && (
          <Menu.Item leftSection={<IconKey size={16} />} onClick={act('replaceKey')}>
            {t('action.replaceKey')}
          </Menu.Item>
        )}
        {disabled ? (
          <Menu.Item leftSection={<IconPlayerPlay size={16} />} onClick={act('enable')}>
            {t('action.enable')}
          </Menu.Item>
        ) : (
          <Menu.Item leftSection={<IconPlayerPause size={16} />} onClick={act('disable')}>
            {t('action.disable')}
          </Menu.Item>
        )}
        <Menu.Divider />
        <Menu.Item color="red" leftSection={<IconTrash size={16} />} onClick={act('delete')}>
          {t('action.delete')}
        </Menu.Item>
      </RowMenu>
    </Group>
  );
}
