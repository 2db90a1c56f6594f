import { Button, Menu, Text } from '@mantine/core';
import { IconFingerprint, IconPencil, IconPlus, IconTrash } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { PasskeyView } from '#shared/schemas/factors.ts';
import { canUsePasskeys } from '../../lib/passkeys.ts';
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
import { PasskeyForm } from './PasskeyForm.tsx';

type Open = { what: 'add' } | { what: 'rename' | 'delete'; passkey: PasskeyView };

function useColumns(): Column<PasskeyView>[] {
  const { t } = useTranslation(['factors', 'common']);
  return [
    {
      id: 'name',
      header: t('passkeys.name'),
      primary: true,
      cell: ({ name, backedUp }) => (
        <>
          <Text fw={550}>{name}</Text>
          <Text c="dimmed" fz="sm" fw={400}>
            {t(backedUp ? 'passkeys.synced' : 'passkeys.oneDevice')}
          </Text>
        </>
      ),
    },
    {
      id: 'used',
      header: t('passkeys.lastUsed'),
      cell: ({ lastUsedAt }) =>
        lastUsedAt === null ? (
          <Text c="dimmed">{t('common:never')}</Text>
        ) : (
          <RelativeTime iso={lastUsedAt} />
        ),
    },
    {
      id: 'since',
      header: t('passkeys.since'),
      cell: ({ createdAt }) => <RelativeTime iso={createdAt} />,
    },
  ];
}

/** The person's passkeys: each opens the console by itself, and stands in for a code. */
export function PasskeysCard() {
  const { t } = useTranslation(['factors', 'common']);
  const query = useQuery(trpc.factors.mine.queryOptions());
  const { opened, value, open, close, turn } = useDialog<Open>();
  const columns = useColumns();
  const usable = canUsePasskeys();
  const [last, setLast] = useState(false);
  const remove = useAppMutation(trpc.factors.deletePasskey.mutationOptions(), {
    invalidate: [trpc.factors.mine.queryFilter()],
    success: t('passkeys.deleted'),
    onDone: close,
    onFail({ code }) {
      setLast(code === 'conflict');
      return code === 'conflict';
    },
  });
  const deleting = opened && value?.what === 'delete' ? value.passkey : null;
  const add = (
    <Button
      leftSection={<IconPlus size={16} />}
      disabled={!usable}
      onClick={() => open({ what: 'add' })}
    >
      {t('passkeys.add')}
    </Button>
  );
  return (
    <Section
      title={t('passkeys.title')}
      text={t(usable ? 'passkeys.text' : 'passkeys.unusable')}
      actions={add}
      flush
    >
      <QueryBoundary query={query}>
        {({ passkeys }) =>
          passkeys.length === 0 ? (
            <EmptyState
              icon={IconFingerprint}
              title={t('passkeys.empty')}
              text={t('passkeys.emptyText')}
            />
          ) : (
            <DataTable
              label={t('passkeys.title')}
              rows={passkeys}
              rowKey={({ id }) => id}
              columns={columns}
              actions={(passkey) => (
                <RowMenu name={passkey.name}>
                  <Menu.Item
                    leftSection={<IconPencil size={16} />}
                    onClick={() => open({ what: 'rename', passkey })}
                  >
                    {t('passkeys.rename')}
                  </Menu.Item>
                  <Menu.Item
                    color="red"
                    leftSection={<IconTrash size={16} />}
                    onClick={() => {
                      setLast(false);
                      open({ what: 'delete', passkey });
                    }}
                  >
                    {t('common:delete')}
                  </Menu.Item>
                </RowMenu>
              )}
            />
          )
        }
      </QueryBoundary>
      {value && value.what !== 'delete' && (
        <PasskeyForm
          key={turn}
          opened={opened}
          passkey={value.what === 'rename' ? value.passkey : null}
          onClose={close}
        />
      )}
      <ConfirmDialog
        opened={deleting !== null}
        onClose={close}
        title={t('passkeys.deleteTitle', {
          name: value?.what === 'delete' ? value.passkey.name : '',
        })}
        text={
          <span role={last ? 'alert' : undefined}>
            {t(last ? 'passkeys.last' : 'passkeys.deleteText')}
          </span>
        }
        confirmLabel={t('common:delete')}
        pending={remove.isPending}
        onConfirm={() => deleting && remove.mutate({ id: deleting.id })}
      />
    </Section>
  );
}
