import { Button, Group, Menu, Text } from '@mantine/core';
import { IconLink, IconLinkOff } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { IdentityView, SsoWay } from '#shared/schemas/sso.ts';
import { trpc } from '../../lib/trpc.ts';
import { useAppMutation } from '../../lib/use-app-mutation.ts';
import { useDialog } from '../../lib/use-dialog.ts';
import { ConfirmDialog } from '../../ui/ConfirmDialog.tsx';
import { type Column, DataTable } from '../../ui/DataTable.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { RelativeTime } from '../../ui/figures.tsx';
import { QueryBoundary } from '../../ui/QueryBoundary.tsx';
import { RowMenu } from '../../ui/RowMenu.tsx';
import { Section } from '../../ui/Section.tsx';

/** Accounts elsewhere by which the person signs in; nothing where no service is offered or linked. */
export function WaysCard() {
  const { t } = useTranslation(['sso', 'common']);
  const query = useQuery(trpc.sso.mine.queryOptions());
  const columns = useColumns();
  const unlinking = useDialog<IdentityView>();
  const [last, setLast] = useState(false);
  const unlink = useAppMutation(trpc.sso.unlink.mutationOptions(), {
    invalidate: [trpc.sso.mine.queryFilter()],
    success: t('ways.unlinked'),
    onDone: unlinking.close,
    onFail({ code }) {
      setLast(code === 'conflict');
      return code === 'conflict';
    },
  });
  if (query.data && query.data.identities.length + query.data.others.length === 0) return null;
  return (
    <Section
      title={t('ways.title')}
      text={t('ways.text')}
      actions={<LinkButtons services={query.data?.others ?? []} />}
      flush
    >
      <QueryBoundary query={query}>
        {({ identities }) =>
          identities.length === 0 ? (
            <EmptyState icon={IconLink} title={t('ways.empty')} text={t('ways.emptyText')} />
          ) : (
            <DataTable
              label={t('ways.title')}
              rows={identities}
              rowKey={({ id }) => id}
              columns={columns}
              actions={(identity) => (
                <RowMenu name={identity.providerName}>
                  <Menu.Item
                    color="red"
                    leftSection={<IconLinkOff size={16} />}
                    onClick={() => {
                      setLast(false);
                      unlinking.open(identity);
                    }}
                  >
                    {t('ways.unlink')}
                  </Menu.Item>
                </RowMenu>
              )}
            />
          )
        }
      </QueryBoundary>
      <ConfirmDialog
        opened={unlinking.opened}
        onClose={unlinking.close}
        title={t('ways.unlinkTitle', { name: unlinking.value?.providerName ?? '' })}
        text={
          <span role={last ? 'alert' : undefined}>{t(last ? 'ways.last' : 'ways.unlinkText')}</span>
        }
        confirmLabel={t('ways.unlink')}
        pending={unlink.isPending}
        onConfirm={() => unlinking.value && unlink.mutate({ id: unlinking.value.id })}
      />
    </Section>
  );
}

function useColumns(): Column<IdentityView>[] {
  const { t } = useTranslation(['sso', 'common']);
  return [
    {
      id: 'service',
      header: t('ways.service'),
      primary: true,
      cell: ({ label, providerName }) => (
        <>
          <Text fw={550}>{providerName}</Text>
          <Text c="dimmed" fz="sm" fw={400} style={{ overflowWrap: 'anywhere' }}>
            {label}
          </Text>
        </>
      ),
    },
    {
      id: 'used',
      header: t('ways.lastUsed'),
      cell: ({ lastUsedAt }) =>
        lastUsedAt === null ? (
          <Text c="dimmed">{t('common:never')}</Text>
        ) : (
          <RelativeTime iso={lastUsedAt} />
        ),
    },
    {
      id: 'since',
      header: t('ways.since'),
      cell: ({ createdAt }) => <RelativeTime iso={createdAt} />,
    },
  ];
}

function LinkButtons({ services }: { services: readonly SsoWay[] }) {
  const { t } = useTranslation('sso');
  const link = useAppMutation(trpc.sso.link.mutationOptions(), {
    onDone: ({ address }) => window.location.assign(address),
  });
  return (
    <Group gap="xs">
      {services.map(({ id, name }) => (
        <Button
          key={id}
          variant="default"
          leftSection={<IconLink size={16} />}
          loading={link.isPending && link.variables.provider === id}
          onClick={() => link.mutate({ provider: id, next: '/profile' })}
        >
          {t('ways.link', { name })}
        </Button>
      ))}
    </Group>
  );
}
