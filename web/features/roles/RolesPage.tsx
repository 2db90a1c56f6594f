import { Button, Stack } from '@mantine/core';
import { IconPlus, IconShieldCheck } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { RoleView } from '#shared/schemas/roles.ts';
import { trpc } from '../../lib/trpc.ts';
import { useDialog } from '../../lib/use-dialog.ts';
import { useCan } from '../../lib/use-me.ts';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { PageHeader } from '../../ui/PageHeader.tsx';
import { QueryBoundary } from '../../ui/QueryBoundary.tsx';
import { Section } from '../../ui/Section.tsx';
import { DeleteRole } from './DeleteRole.tsx';
import { PermissionMatrix } from './PermissionMatrix.tsx';
import { RoleForm } from './RoleForm.tsx';
import { RolesTable } from './RolesTable.tsx';

/** The roles, and what each allows. Whoever may make roles makes and changes them here. */
export function RolesPage() {
  const { t } = useTranslation('roles');
  const roles = useQuery(trpc.roles.list.queryOptions());
  const editing = useDialog<{ role: RoleView | null }>();
  const deleting = useDialog<RoleView>();
  const mayWrite = useCan('roles.write');
  const add = (
    <Button leftSection={<IconPlus size={17} />} onClick={() => editing.open({ role: null })}>
      {t('add')}
    </Button>
  );
  return (
    <>
      <PageHeader title={t('title')} subtitle={t('subtitle')} actions={mayWrite && add} />
      <Stack gap="lg">
        <Section flush>
          <QueryBoundary
            query={roles}
            empty={<EmptyState icon={IconShieldCheck} title={t('empty')} text={t('emptyText')} />}
          >
            {(all) => (
              <RolesTable
                roles={all}
                {...(mayWrite && {
                  onEdit: (role) => editing.open({ role }),
                  onDelete: deleting.open,
                })}
              />
            )}
          </QueryBoundary>
        </Section>
        {roles.data && roles.data.length > 0 && <PermissionMatrix roles={roles.data} />}
      </Stack>
      {editing.value && (
        <RoleForm
          key={`edit-${editing.turn}`}
          opened={editing.opened}
          onClose={editing.close}
          role={editing.value.role}
          roles={roles.data ?? []}
        />
      )}
      {deleting.value && (
        <DeleteRole
          key={`delete-${deleting.turn}`}
          opened={deleting.opened}
          onClose={deleting.close}
          role={deleting.value}
        />
      )}
    </>
  );
}
