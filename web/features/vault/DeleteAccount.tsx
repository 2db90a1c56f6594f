import { Button } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useTranslation } from 'react-i18next';
import type { VaultView } from '#shared/schemas/vault.ts';
import { trpc } from '../../lib/trpc.ts';
import { useAppMutation } from '../../lib/use-app-mutation.ts';
import { ConfirmDialog } from '../../ui/ConfirmDialog.tsx';

type DeleteAccountProps = { row: VaultView; opened: boolean; onClose: () => void };

const NOTICE_MS = 60_000;

/** Asks before an account goes; the notice afterwards offers to take it back. */
export function DeleteAccount({ onClose, opened, row }: DeleteAccountProps) {
  const { t } = useTranslation('vault');
  const invalidate = [trpc.vault.pathFilter(), trpc.jobs.pathFilter()];
  const undo = useAppMutation(trpc.vaultBatch.undo.mutationOptions(), {
    invalidate,
    success: t('delete.undone', { name: row.bizId }),
  });
  const start = useAppMutation(trpc.vaultBatch.start.mutationOptions(), {
    invalidate,
    onDone: ({ jobId }) => {
      const id = `undo-${jobId}`;
      const takeBack = () => {
        notifications.hide(id);
        undo.mutate({ id: jobId });
      };
      notifications.show({
        id,
        autoClose: NOTICE_MS,
        message: (
          <>
            {t('delete.done', { name: row.bizId })}{' '}
            <Button size="compact-xs" variant="light" onClick={takeBack}>
              {t('delete.undo')}
            </Button>
          </>
        ),
      });
      onClose();
    },
  });
  return (
    <ConfirmDialog
      opened={opened}
      onClose={onClose}
      title={t('delete.title', { name: row.bizId })}
      text={t('delete.text')}
      confirmLabel={t('action.delete')}
      pending={start.isPending}
      onConfirm={() => start.mutate({ selection: { ids: [row.id] }, change: { what: 'delete' } })}
    />
  );
}
