import { ActionIcon, Badge, Group, Menu, Text } from '@mantine/core';
import {
  IconDots,
  IconLink,
  IconPencil,
  IconPower,
  IconShieldOff,
  IconUserCheck,
  IconUserOff,
} from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import type { UserView } from '#shared/schemas/users.ts';
import { formatCompact, formatNumber } from '../../lib/format.ts';
import { useRoleName } from '../../lib/role-name.ts';
import { useMe } from '../../lib/use-me.ts';
import { type Column, DataTable } from '../../ui/DataTable.tsx';
import { RelativeTime } from '../../ui/figures.tsx';
import { type BadgeState, StateBadge } from '../../ui/StateBadge.tsx';
import { LimitsItem } from '../quotas/LimitsItem.tsx';

export type UserAction = 'edit' | 'reset' | 'factors' | 'disable' | 'enable' | 'off';

type UsersTableProps = {
  users: readonly UserView[];
  onAction: (action: UserAction, user: UserView) => void;
};

function stateOf(user: UserView): BadgeState {
  if (user.state === 'disabled') return 'disabled';
  return user.hasPassword ? 'active' : 'invited';
}

function useColumns(): Column<UserView>[] {
  const { t } = useTranslation(['users', 'common']);
  const roleName = useRoleName();
  const me = useMe();
  return [
    {
      id: 'name',
      header: t('column.name'),
      primary: true,
      cell: (user) => (
        <Group gap="xs" wrap="nowrap">
          <div style={{ minWidth: 0 }}>
            <Text fw={550}>{user.displayName || user.username}</Text>
            {user.displayName && (
              <Text c="dimmed" fz="sm" fw={400}>
                {user.username}
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
    { id: 'role', header: t('column.role'), cell: (user) => roleName(user.role) },
    {
      id: 'state',
      header: t('column.state'),
      cell: (user) => <StateBadge state={stateOf(user)} />,
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
      cell: (user) => <RelativeTime iso={user.lastSeenAt} />,
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
  if (parts.length === 0) return <Text c="dimmed">{t('limits.none')}</Text>;
  return (
    <>
      {parts.map((part) => (
        <div key={part}>{part}</div>
      ))}
    </>
  );
}

/** The users and what can be done with each. */
export function UsersTable({ users, onAction }: UsersTableProps) {
  const { t } = useTranslation(['users', 'common', 'offSwitch']);
  const me = useMe();
  const columns = useColumns();
  return (
    <DataTable
      label={t('title')}
      columns={columns}
      rows={users}
      rowKey={(user) => user.id}
      onOpen={(user) => onAction('edit', user)}
      actions={(user) => (
        <Menu position="bottom-end">
          <Menu.Target>
            <ActionIcon aria-label={t('common:actionsFor', { name: user.username })}>
              <IconDots size={18} />
            </ActionIcon>
          </Menu.Target>
          <Menu.Dropdown>
            <Menu.Item
              leftSection={<IconPencil size={16} />}
              onClick={() => onAction('edit', user)}
            >
              {t('action.edit')}
            </Menu.Item>
            <LimitsItem subject="user" id={user.id} name={user.displayName || user.username} />
            <Menu.Item
              leftSection={<IconLink size={16} />}
              disabled={user.state === 'disabled' || user.id === me.id}
              onClick={() => onAction('reset', user)}
            >
              {user.hasPassword ? t('action.reset') : t('action.newInvite')}
            </Menu.Item>
            {(user.secondFactor || user.passkeys > 0) && (
              <Menu.Item
                leftSection={<IconShieldOff size={16} />}
                disabled={user.id === me.id}
                onClick={() => onAction('factors', user)}
              >
                {t('action.factors')}
              </Menu.Item>
            )}
            <Menu.Divider />
            {user.state === 'disabled' ? (
              <Menu.Item
                leftSection={<IconUserCheck size={16} />}
                onClick={() => onAction('enable', user)}
              >
                {t('action.enable')}
              </Menu.Item>
            ) : (
              <Menu.Item
                color="red"
                leftSection={<IconUserOff size={16} />}
                disabled={user.id === me.id}
                onClick={() => onAction('disable', user)}
              >
                {t('action.disable')}
              </Menu.Item>
            )}
            <Menu.Item
              color="red"
              leftSection={<IconPower size={16} />}
              disabled={user.id === me.id}
              onClick={() => onAction('off', user)}
            >
              {t('offSwitch:action')}
            </Menu.Item>
          </Menu.Dropdown>
        </Menu>
      )}
    />
  );
}
