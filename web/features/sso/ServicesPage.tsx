import { Button, Menu, Text } from '@mantine/core';
import { IconLogin2, IconPlus } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { ProviderView } from '#shared/schemas/sso.ts';
import { SSO_PRESETS, type SsoPresetName } from '#shared/sso-presets.ts';
import { trpc } from '../../lib/trpc.ts';
import { useAppMutation } from '../../lib/use-app-mutation.ts';
import { useDialog } from '../../lib/use-dialog.ts';
import { ConfirmDialog } from '../../ui/ConfirmDialog.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { PageHeader } from '../../ui/PageHeader.tsx';
import { QueryBoundary } from '../../ui/QueryBoundary.tsx';
import { Section } from '../../ui/Section.tsx';
import { CheckDialog } from './CheckDialog.tsx';
import { type Editing, ServiceDrawer } from './ServiceDrawer.tsx';
import { ServicesTable } from './ServicesTable.tsx';

/** The services people sign in by. */
export function ServicesPage() {
  const { t } = useTranslation('sso');
  const services = useQuery(trpc.sso.providers.queryOptions());
  const editing = useDialog<Editing>();
  const checking = useDialog<ProviderView>();
  const deleting = useDialog<ProviderView>();
  const remove = useAppMutation(trpc.sso.deleteProvider.mutationOptions(), {
    success: t('delete.done', { name: deleting.value?.name ?? '' }),
    invalidate: [trpc.sso.pathFilter()],
    onDone: deleting.close,
  });
  const add = <AddMenu onAdd={(preset) => editing.open({ preset })} />;
  return (
    <>
      <PageHeader title={t('title')} subtitle={t('subtitle')} actions={add} />
      <Section flush>
        <QueryBoundary
          query={services}
          empty={<EmptyState icon={IconLogin2} title={t('empty')} text={t('emptyText')} />}
        >
          {(all) => (
            <ServicesTable
              services={all}
              onEdit={(service) => editing.open({ service })}
              onCheck={checking.open}
              onDelete={deleting.open}
            />
          )}
        </QueryBoundary>
      </Section>
      {editing.value && (
        <ServiceDrawer
          key={`edit-${editing.turn}`}
          opened={editing.opened}
          onClose={editing.close}
          editing={editing.value}
        />
      )}
      {checking.value && (
        <CheckDialog
          key={`check-${checking.turn}`}
          opened={checking.opened}
          onClose={checking.close}
          service={checking.value}
        />
      )}
      <ConfirmDialog
        opened={deleting.opened}
        onClose={deleting.close}
        title={t('delete.title', { name: deleting.value?.name ?? '' })}
        text={
          <>
            {t('delete.text')}
            {(deleting.value?.people ?? 0) > 0 && (
              <Text fw={550} mt="xs">
                {t('delete.people', { count: deleting.value?.people ?? 0 })}
              </Text>
            )}
          </>
        }
        confirmLabel={t('delete.confirm')}
        pending={remove.isPending}
        onConfirm={() => deleting.value && remove.mutate({ id: deleting.value.id })}
      />
    </>
  );
}

const PRESETS = Object.keys(SSO_PRESETS) as SsoPresetName[];

function AddMenu({ onAdd }: { onAdd: (preset: SsoPresetName) => void }) {
  const { t } = useTranslation('sso');
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <Button leftSection={<IconPlus size={17} />}>{t('add')}</Button>
      </Menu.Target>
      <Menu.Dropdown>
        {PRESETS.map((name) => (
          <Menu.Item key={name} onClick={() => onAdd(name)}>
            {t(`preset.${name}`)}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
