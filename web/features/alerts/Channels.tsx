import { Button, Menu, Text } from '@mantine/core';
import { IconBellRinging, IconEdit, IconPlus, IconSend, IconTrash } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { CHANNEL_KINDS, type ChannelKind, type ChannelView } from '#shared/schemas/alerts.ts';
import { formatDateTime } from '../../lib/format.ts';
import { trpc } from '../../lib/trpc.ts';
import { useAppMutation } from '../../lib/use-app-mutation.ts';
import { useDialog } from '../../lib/use-dialog.ts';
import { ConfirmDialog } from '../../ui/ConfirmDialog.tsx';
import { type Column, DataTable } from '../../ui/DataTable.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { QueryBoundary } from '../../ui/QueryBoundary.tsx';
import { RowMenu } from '../../ui/RowMenu.tsx';
import { Section } from '../../ui/Section.tsx';
import { StateBadge } from '../../ui/StateBadge.tsx';
import { ChannelDrawer, type EditedChannel } from './ChannelDrawer.tsx';
import { TestResult } from './TestResult.tsx';

/** Where alerts are told besides the console. */
export function Channels() {
  const { t } = useTranslation(['alerts', 'common']);
  const channels = useQuery(trpc.alerts.channels.queryOptions());
  const editing = useDialog<EditedChannel>();
  const deleting = useDialog<ChannelView>();
  const tested = useDialog<ChannelView>();
  const invalidate = [trpc.alerts.channels.queryFilter(), trpc.alerts.deliveries.pathFilter()];
  const remove = useAppMutation(trpc.alerts.deleteChannel.mutationOptions(), {
    success: t('channels.deleted'),
    invalidate,
    onDone: deleting.close,
  });
  const columns = useColumns();
  return (
    <>
      <Section
        flush
        title={t('channels.title')}
        text={t('channels.text')}
        actions={<AddMenu onAdd={(kind) => editing.open({ kind })} />}
      >
        <QueryBoundary
          query={channels}
          empty={
            <EmptyState
              icon={IconBellRinging}
              title={t('channels.empty')}
              text={t('channels.emptyText')}
            />
          }
        >
          {(all) => (
            <DataTable
              label={t('channels.title')}
              rows={all}
              rowKey={({ id }) => id}
              columns={columns}
              onOpen={(channel) => editing.open({ channel })}
              actions={(channel) => (
                <RowMenu name={channel.name}>
                  <Menu.Item
                    leftSection={<IconSend size={16} />}
                    onClick={() => tested.open(channel)}
                  >
                    {t('channels.test')}
                  </Menu.Item>
                  <Menu.Item
                    leftSection={<IconEdit size={16} />}
                    onClick={() => editing.open({ channel })}
                  >
                    {t('common:edit')}
                  </Menu.Item>
                  <Menu.Item
                    color="red"
                    leftSection={<IconTrash size={16} />}
                    onClick={() => deleting.open(channel)}
                  >
                    {t('common:delete')}
                  </Menu.Item>
                </RowMenu>
              )}
            />
          )}
        </QueryBoundary>
      </Section>
      {editing.value && (
        <ChannelDrawer
          key={`edit-${editing.turn}`}
          opened={editing.opened}
          onClose={editing.close}
          editing={editing.value}
        />
      )}
      {tested.value && (
        <TestResult
          key={`test-${tested.turn}`}
          opened={tested.opened}
          onClose={tested.close}
          channel={tested.value}
        />
      )}
      <ConfirmDialog
        opened={deleting.opened}
        onClose={deleting.close}
        title={t('channels.deleteTitle', { name: deleting.value?.name ?? '' })}
        text={t('channels.deleteText')}
        confirmLabel={t('common:delete')}
        pending={remove.isPending}
        onConfirm={() => deleting.value && remove.mutate({ id: deleting.value.id })}
      />
    </>
  );
}

function AddMenu({ onAdd }: { onAdd: (kind: ChannelKind) => void }) {
  const { t } = useTranslation('alerts');
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <Button leftSection={<IconPlus size={17} />}>{t('channels.add')}</Button>
      </Menu.Target>
      <Menu.Dropdown>
        {CHANNEL_KINDS.map((kind) => (
          <Menu.Item key={kind} onClick={() => onAdd(kind)}>
            {t(`channels.kind.${kind}`)}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

function useColumns(): Column<ChannelView>[] {
  const { t } = useTranslation('alerts');
  return [
    {
      id: 'name',
      header: t('channels.name'),
      primary: true,
      cell: ({ kind, name }) => (
        <div>
          {name}
          <Text fz="xs" c="dimmed" fw={400}>
            {t(`channels.kind.${kind}`)}
          </Text>
        </div>
      ),
    },
    { id: 'where', header: t('channels.where'), cell: ({ shown }) => shown },
    {
      id: 'state',
      header: t('channels.state'),
      cell: ({ enabled }) => <StateBadge state={enabled ? 'active' : 'disabled'} />,
    },
    { id: 'last', header: t('channels.last'), cell: ({ last }) => <Last last={last} /> },
  ];
}

function Last({ last }: Pick<ChannelView, 'last'>) {
  const { t } = useTranslation('alerts');
  if (!last) return t('channels.nothing');
  const failed = last.state === 'failed';
  return (
    <div>
      <StateBadge
        state={failed ? 'failed' : 'ok'}
        label={`${t(failed ? 'log.states.failed' : 'log.states.sent')} · ${formatDateTime(last.at)}`}
      />
      {failed && (
        <Text fz="xs" c="dimmed" style={{ overflowWrap: 'anywhere' }}>
          {last.error}
        </Text>
      )}
    </div>
  );
}
