import { Button, Stack } from '@mantine/core';
import { IconApps, IconPlus } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { can } from '#shared/permissions.ts';
import type { PlatformView } from '#shared/schemas/platforms.ts';
import { trpc } from '../../lib/trpc.ts';
import { useAddHash } from '../../lib/use-add-hash.ts';
import { useDialog } from '../../lib/use-dialog.ts';
import { useMe } from '../../lib/use-me.ts';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { PageHeader } from '../../ui/PageHeader.tsx';
import { QueryBoundary } from '../../ui/QueryBoundary.tsx';
import { Section } from '../../ui/Section.tsx';
import { ClientsSection } from '../linking/ClientsSection.tsx';
import { DeletePlatform } from './DeletePlatform.tsx';
import { PlatformDialog } from './PlatformDialog.tsx';
import { PlatformsTable } from './PlatformsTable.tsx';

/** The platforms, built in and added; only admins come here. */
export function PlatformsPage() {
  const { t } = useTranslation('platforms');
  const navigate = useNavigate();
  const me = useMe();
  const platforms = useQuery(trpc.platforms.list.queryOptions());
  const editing = useDialog<{ platform: PlatformView | null }>();
  const deleting = useDialog<PlatformView>();
  const add = () => editing.open({ platform: null });
  useAddHash('/platforms', add);

  return (
    <>
      <PageHeader
        title={t('title')}
        subtitle={t('subtitle')}
        actions={
          <Button leftSection={<IconPlus size={17} />} onClick={add}>
            {t('add')}
          </Button>
        }
      />
      <Stack gap="lg">
        <Section flush>
          <QueryBoundary
            query={platforms}
            empty={<EmptyState icon={IconApps} title={t('empty')} text={t('emptyText')} />}
          >
            {(all) => (
              <PlatformsTable
                platforms={all}
                onEdit={(platform) => editing.open({ platform })}
                onDelete={deleting.open}
              />
            )}
          </QueryBoundary>
        </Section>
        {can(me, 'vault.read') && <ClientsSection platforms={platforms.data ?? []} />}
      </Stack>
      {editing.value && (
        <PlatformDialog
          key={`edit-${editing.turn}`}
          opened={editing.opened}
          onClose={editing.close}
          platform={editing.value.platform}
          onCreated={({ id }) => void navigate({ to: '/accounts', hash: `add-${id}` })}
        />
      )}
      {deleting.value && (
        <DeletePlatform
          key={`delete-${deleting.turn}`}
          opened={deleting.opened}
          onClose={deleting.close}
          platform={deleting.value}
        />
      )}
    </>
  );
}
