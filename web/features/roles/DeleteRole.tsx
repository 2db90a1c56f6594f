import { Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { RoleView } from '#shared/schemas/roles.ts';
import { trpc } from '../../lib/trpc.ts';
import { useAppMutation } from '../../lib/use-app-mutation.ts';
import { ConfirmDialog } from '../../ui/ConfirmDialog.tsx';

type DeleteRoleProps = { opened: boolean; onClose: () => void; role: RoleView };

/** Asks before a role is gone; says so beforehand when people still hold it. */
export function DeleteRole({ opened, onClose, role }: DeleteRoleProps) {
  const { t } = useTranslation('roles');
  const { id, name, people } = role;
  const remove = useAppMutation(trpc.roles.delete.mutationOptions(), {
    success: t('delete.done', { name }),
    invalidate: [trpc.roles.list.queryFilter()],
    onDone: onClose,
  });
  return (
    <ConfirmDialog
      opened={opened}
      onClose={onClose}
      title={t('delete.title', { name })}
      text={
        <>
          {t('delete.text')}
          {people > 0 && (
            <Text fw={550} mt="xs">
              {t('delete.inUse', { count: people })}
            </Text>
          )}
        </>
      }
      confirmLabel={t('delete.confirm')}
      pending={remove.isPending}
      onConfirm={() => remove.mutate({ id })}
    />
  );
}
