import { Badge, Checkbox, Group, Menu, Text } from '@mantine/core';
import {
  IconLink,
  IconPencil,
  IconPower,
  IconShieldOff,
  IconTrash,
  IconUserCheck,
  IconUserOff,
  IconVolumeOff,
} from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import type { UserView } from '#shared/schemas/users.ts';
import { formatCompact, formatNumber } from '../../lib/format.ts';
import { useRoleName } from '../../lib/role-name.ts';
import { useCan, useMe } from '../../lib/use-me.ts';
import { type Column, DataTable, type More, type Sorting } from '../../ui/DataTable.tsx';
import { RelativeTime } from '../../ui/figures.tsx';
import { RowMenu } from '../../ui/RowMenu.tsx';
import { type BadgeState, StateBadge } from '../../ui/StateBadge.tsx';
import { LimitsItem } from '../quotas/LimitsItem.tsx';
import type { UserAction } from './user-actions.ts';
import classes from './users.module.css';

type UsersTableProps = {
  users: readonly UserView[];
  /** Rows can be chosen: which are. */
  selection: Selection | null;
  sorting: Sorting;
  more?: More;
  onOpen: (user: UserView) => void;
  onAction: (action: UserAction, user: UserView) => void;
};

type Selection = { ids: ReadonlySet<string>; onToggle: (id: string) => void };

/** What to call how somebody stands; whoever has chosen no password yet is invited. */
export function stateOf(user: UserView): BadgeState {
  if (user.state !== 'active') return user.state;
  return user.hasPassword ? 'active' : 'invited';
}

function useColumns(selection: Selection | null): Column<UserView>[] {
  const { t } = useTranslation(['users', 'common']);
  const roleName = useRoleName();
  const me = useMe();
  const chosen: Column<UserView> = {
    id: 'chosen',
    header: t('bulk.column'),
    width: 70,
    cell: ({ id, username: name }) => (
      <Checkbox
        aria-label={t('bulk.one', { name })}
        checked={selection?.ids.has(id) ?? false}
        onChange={() => selection?.onToggle(id)}
      />
    ),
  };
  return [
    ...(selection ? [chosen] : []),
    {
      id: 'name',
      header: t('column.name'),
      primary: true,
      sortable: true,
      cell: (user) => (
        <Group gap="xs" wrap="nowrap">
          <div style={{ minWidth: 0 }}>
            <Text fw={550}>{user.displayName || user.username}</Text>
            {user.displayName && (
              <Text c="dimmed" fz="sm" fw={400}>
                {user.username}
              </Text>
            )}
            {user.email !== null && user.email !== user.username && (
              <Text c="dimmed" fz="xs" fw={400}>
                {user.email}
              </Text>
            )}
          </div>
          {user.id === me.id && (
            <Badge size="sm" variant="light" tt="none">
              {t('you')}
            </Badge>
          )}
        </Group>
      ),
    },
    {
      id: 'role',
      header: t('column.role'),
      cell: (user) => <span className={classes.oneLine}>{roleName(user.role)}</span>,
    },
    {
      id: 'state',
      header: t('column.state'),
      cell: (user) => <StateBadge state={stateOf(user)} />,
    },
    {
      id: 'trustLevel',
      header: t('column.level'),
      align: 'right',
      sortable: true,
      cell: (user) => user.trustLevel,
    },
    {
      id: 'factors',
      header: t('column.factors'),
      cell: (user) => <UserFactors user={user} />,
    },
    { id: 'limits', header: t('column.limits'), cell: (user) => <UserLimits user={user} /> },
    {
      id: 'holds',
      header: t('column.holds'),
      align: 'right',
      cell: (user) => `${formatNumber(user.keys)} · ${formatNumber(user.accounts)}`,
    },
    {
      id: 'seen',
      header: t('column.seen'),
      sortable: true,
      cell: (user) => (
        <span className={classes.oneLine}>
          <RelativeTime iso={user.lastSeenAt} />
        </span>
      ),
    },
  ];
}

function UserFactors({ user }: { user: UserView }) {
  const { t } = useTranslation('users');
  const { secondFactor, passkeys: count } = user;
  if (!secondFactor && count === 0) return <Text c="dimmed">{t('factors.none')}</Text>;
  return (
    <>
      {secondFactor && <div>{t('factors.app')}</div>}
      {count > 0 && <div>{t('factors.passkeys', { count })}</div>}
    </>
  );
}

function UserLimits({ user }: { user: UserView }) {
  const { t } = useTranslation('users');
  const { moreLimits: count, rpm, tokensPerDay } = user;
  const parts: string[] = [];
  if (rpm !== null) parts.push(t('limits.rpm', { value: formatNumber(rpm) }));
  if (tokensPerDay !== null) {
    parts.push(t('limits.tokens', { value: formatCompact(tokensPerDay) }));
  }
  if (count > 0) parts.push(t(parts.length === 0 ? 'limits.count' : 'limits.more', { count }));
  return (
    <div className={classes.oneLine}>
      {parts.length === 0 && <Text c="dimmed">{t('limits.none')}</Text>}
      {parts.map((part) => (
        <div key={part}>{part}</div>
      ))}
    </div>
  );
}

/** The users and what can be done with each. */
export function UsersTable({ users, selection, sorting, more, onOpen, onAction }: UsersTableProps) {
  const { t } = useTranslation('users');
  const mayWrite = useCan('users.write');
  const columns = useColumns(selection);
  return (
    <DataTable
      label={t('title')}
      columns={columns}
      rows={users}
      rowKey={(user) => user.id}
      onOpen={onOpen}
      sorting={sorting}
      {...(more ? { more } : {})}
      {...(mayWrite && {
        actions: (user: UserView) => <UserMenu user={user} onAction={onAction} />,
      })}
    />
  );
}

type UserMenuProps = { user: UserView; onAction: UsersTableProps['onAction'] };

/** Everything that can be done with one person. */
function UserMenu({ user, onAction }: UserMenuProps) {
  const { t } = useTranslation(['users', 'offSwitch']);
  const own = useMe().id === user.id;
  const waits = user.state === 'disabled' || user.state === 'pending';
  return (
    <RowMenu name={user.username}>
      <Menu.Item leftSection={<IconPencil size={16} />} onClick={() => onAction('edit', user)}>
        {t('action.edit')}
      </Menu.Item>
      <LimitsItem subject="user" id={user.id} name={user.displayName || user.username} />
      <Menu.Item
        leftSection={<IconLink size={16} />}
        disabled={waits || own}
        onClick={() => onAction('reset', user)}
      >
        {user.hasPassword ? t('action.reset') : t('action.newInvite')}
      </Menu.Item>
      {(user.secondFactor || user.passkeys > 0) && (
        <Menu.Item
          leftSection={<IconShieldOff size={16} />}
          disabled={own}
          onClick={() => onAction('factors', user)}
        >
          {t('action.factors')}
        </Menu.Item>
      )}
      <Menu.Divider />
      {user.state !== 'active' && user.state !== 'pending' && (
        <Menu.Item
          leftSection={<IconUserCheck size={16} />}
          onClick={() => onAction('enable', user)}
        >
          {t(user.state === 'silenced' ? 'action.unsilence' : 'action.enable')}
        </Menu.Item>
      )}
      {user.state === 'active' && (
        <Menu.Item
          leftSection={<IconVolumeOff size={16} />}
          disabled={own}
          onClick={() => onAction('silence', user)}
        >
          {t('action.silence')}
        </Menu.Item>
      )}
      {user.state !== 'disabled' && user.state !== 'pending' && (
        <Menu.Item
          color="red"
          leftSection={<IconUserOff size={16} />}
          disabled={own}
          onClick={() => onAction('disable', user)}
        >
          {t('action.disable')}
        </Menu.Item>
      )}
      <Menu.Item
        color="red"
        leftSection={<IconPower size={16} />}
        disabled={own}
        onClick={() => onAction('off', user)}
      >
        {t('offSwitch:action')}
      </Menu.Item>
      <Menu.Item
        color="red"
        leftSection={<IconTrash size={16} />}
        disabled={own}
        onClick={() => onAction('delete', user)}
      >
        {t('action.delete')}
      </Menu.Item>
    </RowMenu>
  );
}
