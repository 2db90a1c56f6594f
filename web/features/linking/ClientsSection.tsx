import { Button, Menu, Text } from '@mantine/core';
import { IconEdit, IconPlus, IconTrash, IconUserScan } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { OAUTH_PRESETS, type OAuthPresetName } from '#shared/oauth-presets.ts';
import { can } from '#shared/permissions.ts';
import type { OAuthClientView } from '#shared/schemas/oauth-clients.ts';
import type { PlatformView } from '#shared/schemas/platforms.ts';
import { formatNumber } from '../../lib/format.ts';
import { trpc } from '../../lib/trpc.ts';
import { useAppMutation } from '../../lib/use-app-mutation.ts';
import { useDialog } from '../../lib/use-dialog.ts';
import { useMe } from '../../lib/use-me.ts';
import { ConfirmDialog } from '../../ui/ConfirmDialog.tsx';
import { type Column, DataTable } from '../../ui/DataTable.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { QueryBoundary } from '../../ui/QueryBoundary.tsx';
import { RowMenu } from '../../ui/RowMenu.tsx';
import { Section } from '../../ui/Section.tsx';
import { ClientDrawer, type EditingClient } from './ClientDrawer.tsx';

/** The OAuth clients of platforms; only whoever may see the vault comes here. */
export function ClientsSection({ platforms }: { platforms: readonly PlatformView[] }) {
  const { t } = useTranslation(['linking', 'common']);
  const me = useMe();
  const mayKeep = can(me, 'vault.write');
  const clients = useQuery(trpc.oauthClients.list.queryOptions());
  const columns = useColumns();
  const editing = useDialog<EditingClient>();
  const deleting = useDialog<OAuthClientView>();
  const remove = useAppMutation(trpc.oauthClients.delete.mutationOptions(), {
    success: t('clients.delete.done', { name: deleting.value?.name ?? '' }),
    invalidate: [trpc.oauthClients.pathFilter(), trpc.linking.pathFilter()],
    onDone: deleting.close,
  });
  return (
    <>
      <Section
        title={t('clients.title')}
        text={t('clients.text')}
        actions={mayKeep && <AddMenu onAdd={(preset) => editing.open({ preset })} />}
        flush
      >
        <QueryBoundary
          query={clients}
          empty={
            <EmptyState
              icon={IconUserScan}
              title={t('clients.empty')}
              text={t('clients.emptyText')}
            />
          }
        >
          {(all) => (
            <DataTable
              label={t('clients.title')}
              columns={columns}
              rows={all}
              rowKey={({ id }) => id}
              {...(mayKeep && {
                actions: (client: OAuthClientView) => (
                  <RowMenu name={client.name}>
                    <Menu.Item
                      leftSection={<IconEdit size={16} />}
                      onClick={() => editing.open({ client })}
                    >
                      {t('common:edit')}
                    </Menu.Item>
                    <Menu.Item
                      color="red"
                      leftSection={<IconTrash size={16} />}
                      onClick={() => deleting.open(client)}
                    >
                      {t('common:delete')}
                    </Menu.Item>
                  </RowMenu>
                ),
              })}
            />
          )}
        </QueryBoundary>
      </Section>
      {editing.value && (
        <ClientDrawer
          key={`edit-${editing.turn}`}
          opened={editing.opened}
          onClose={editing.close}
          editing={editing.value}
          platforms={platforms}
        />
      )}
      <ConfirmDialog
        opened={deleting.opened}
        onClose={deleting.close}
        title={t('clients.delete.title', { name: deleting.value?.name ?? '' })}
        text={t('clients.delete.text')}
        confirmLabel={t('clients.delete.confirm')}
        pending={remove.isPending}
        onConfirm={() => deleting.value && remove.mutate({ id: deleting.value.id })}
      />
    </>
  );
}

function useColumns(): Column<OAuthClientView>[] {
  const { t } = useTranslation('linking');
  return [
    {
      id: 'name',
      header: t('clients.column.name'),
      primary: true,
      cell: ({ clientId, name }) => (
        <div>
          {name}
          <Text fz="xs" c="dimmed" fw={400} style={{ overflowWrap: 'anywhere' }}>
            {clientId}
          </Text>
        </div>
      ),
    },
    {
      id: 'platform',
      header: t('clients.column.platform'),
      cell: ({ platformName }) => platformName,
    },
    {
      id: 'ways',
      header: t('clients.column.ways'),
      hideOnPhone: true,
      cell: ({ settings }) =>
        [
          settings.authorizationEndpoint && t('ways.code'),
          settings.deviceEndpoint && t('ways.device'),
          t('ways.token'),
        ]
          .filter(Boolean)
          .join(', '),
    },
    {
      id: 'accounts',
      header: t('clients.column.accounts'),
      align: 'right',
      cell: ({ accounts }) => formatNumber(accounts),
    },
  ];
}

const PRESETS = Object.keys(OAUTH_PRESETS) as OAuthPresetName[];

function AddMenu({ onAdd }: { onAdd: (preset: OAuthPresetName) => void }) {
  const { t } = useTranslation('linking');
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <Button size="xs" leftSection={<IconPlus size={16} />}>
          {t('clients.add')}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {PRESETS.map((name) => (
          <Menu.Item key={name} onClick={() => onAdd(name)}>
            {t(`clients.preset.${name}`)}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
