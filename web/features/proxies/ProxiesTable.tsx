import { Anchor, Menu, Text } from '@mantine/core';
import {
  IconActivity,
  IconArrowsExchange,
  IconEdit,
  IconPower,
  IconTrash,
} from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import type { ProxyView } from '#shared/schemas/proxies.ts';
import { formatNumber, formatRelative } from '../../lib/format.ts';
import { trpc } from '../../lib/trpc.ts';
import { useAppMutation } from '../../lib/use-app-mutation.ts';
import { useNow } from '../../lib/use-now.ts';
import { type Column, DataTable } from '../../ui/DataTable.tsx';
import { RowMenu } from '../../ui/RowMenu.tsx';
import { type BadgeState, StateBadge } from '../../ui/StateBadge.tsx';

type ProxiesTableProps = {
  proxies: readonly ProxyView[];
  /** Whether the reader may change them. */
  keeps: boolean;
  onEdit: (proxy: ProxyView) => void;
  onUsers: (proxy: ProxyView) => void;
  onMove: (proxy: ProxyView) => void;
  onDelete: (proxy: ProxyView) => void;
};

/** Every proxy with how it fares and who goes through it. */
export function ProxiesTable(props: ProxiesTableProps) {
  const { keeps, onUsers, proxies } = props;
  const { t } = useTranslation('proxies');
  return (
    <DataTable
      label={t('list')}
      columns={useColumns(onUsers)}
      rows={proxies}
      rowKey={({ id }) => id}
      {...(keeps && { actions: (proxy: ProxyView) => <Actions {...props} proxy={proxy} /> })}
    />
  );
}

const BADGES = { unknown: 'pending', up: 'ok', down: 'failed' } as const satisfies Record<
  ProxyView['health'],
  BadgeState
>;

function useColumns(onUsers: ProxiesTableProps['onUsers']): Column<ProxyView>[] {
  const { t } = useTranslation('proxies');
  return [
    {
      id: 'name',
      header: t('column.name'),
      primary: true,
      cell: ({ name, shown }) => (
        <div style={{ overflowWrap: 'anywhere' }}>
          {name}
          {shown !== name && (
            <Text fz="xs" c="dimmed" fw={400} ff="monospace">
              {shown}
            </Text>
          )}
        </div>
      ),
    },
    { id: 'health', header: t('column.health'), cell: (proxy) => <Health proxy={proxy} /> },
    {
      id: 'latency',
      header: t('column.latency'),
      align: 'right',
      cell: ({ latencyMs }) => (latencyMs === null ? '–' : `${formatNumber(latencyMs)}\u00a0ms`),
    },
    {
      id: 'checked',
      header: t('column.checked'),
      hideOnPhone: true,
      cell: ({ checkedAt }) => (
        <span style={{ whiteSpace: 'nowrap' }}>
          <Checked at={checkedAt} />
        </span>
      ),
    },
    {
      id: 'accounts',
      header: t('column.accounts'),
      align: 'right',
      cell: (proxy) =>
        proxy.accounts === 0 ? (
          '0'
        ) : (
          <Anchor
            component="button"
            type="button"
            fz="sm"
            style={{ whiteSpace: 'nowrap' }}
            onClick={() => onUsers(proxy)}
          >
            {t('users.count', { count: proxy.accounts })}
          </Anchor>
        ),
    },
  ];
}

function Checked({ at }: { at: string | null }) {
  const { t } = useTranslation('proxies');
  const now = useNow();
  return at === null ? t('never') : formatRelative(at, now);
}

function Health({ proxy }: { proxy: ProxyView }) {
  const { t } = useTranslation('proxies');
  if (!proxy.enabled) return <StateBadge state="disabled" label={t('off')} />;
  return (
    <div>
      <StateBadge state={BADGES[proxy.health]} label={t(`health.${proxy.health}`)} />
      {proxy.lastError !== null && (
        <Text fz="xs" c="dimmed" lang="en" maw={340} style={{ overflowWrap: 'anywhere' }}>
          {proxy.lastError}
        </Text>
      )}
    </div>
  );
}

type ActionsProps = ProxiesTableProps & { proxy: ProxyView };

function Actions({ onDelete, onEdit, onMove, proxy }: ActionsProps) {
  const { t } = useTranslation(['proxies', 'common']);
  const { accounts, enabled, id, name } = proxy;
  const invalidate = [trpc.proxies.pathFilter()];
  const check = useAppMutation(trpc.proxies.check.mutationOptions(), {
    invalidate,
    success: (checked) => t(`checked.${checked.health}`, { name }),
  });
  const turn = useAppMutation(trpc.proxies.update.mutationOptions(), {
    invalidate,
    success: t(enabled ? 'turnedOff' : 'turnedOn', { name }),
  });
  return (
    <RowMenu name={name}>
      <Menu.Item leftSection={<IconActivity size={16} />} onClick={() => check.mutate({ id })}>
        {t('check')}
      </Menu.Item>
      <Menu.Item leftSection={<IconEdit size={16} />} onClick={() => onEdit(proxy)}>
        {t('common:edit')}
      </Menu.Item>
      <Menu.Item
        leftSection={<IconPower size={16} />}
        onClick={() => turn.mutate({ id, enabled: !enabled })}
      >
        {t(enabled ? 'turnOff' : 'turnOn')}
      </Menu.Item>
      {accounts > 0 && (
        <Menu.Item leftSection={<IconArrowsExchange size={16} />} onClick={() => onMove(proxy)}>
          {t('move.open')}
        </Menu.Item>
      )}
      <Menu.Item
        color="red"
        disabled={accounts > 0}
        leftSection={<IconTrash size={16} />}
        onClick={() => onDelete(proxy)}
      >
        {accounts > 0 ? t('delete.inUse') : t('common:delete')}
      </Menu.Item>
    </RowMenu>
  );
}
