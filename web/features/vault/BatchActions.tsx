import { Button } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useTranslation } from 'react-i18next';
import type { JobStarted, VaultBatchChange, VaultSelection } from '#shared/schemas/vault-batch.ts';
import { trpc } from '../../lib/trpc.ts';
import { useAppMutation } from '../../lib/use-app-mutation.ts';
import { useDialog } from '../../lib/use-dialog.ts';
import { ConfirmDialog } from '../../ui/ConfirmDialog.tsx';
import { notifySuccess } from '../../ui/notify.tsx';

type BatchActionsProps = {
  selection: VaultSelection;
  /** How many accounts that are. */
  count: number;
  /** Called when something was begun. */
  onDone: () => void;
};

type Batch = {
  isPending: boolean;
  mutate: (wish: { selection: VaultSelection; change: VaultBatchChange }) => void;
};

const NOTICE_MS = 60_000;

/** Begins a batch; after a deletion its notice offers to take it back. */
export function useBatch(onDone: () => void): Batch {
  const { t } = useTranslation('vault');
  const undo = useAppMutation(trpc.vaultBatch.undo.mutationOptions(), {
    invalidate: [trpc.vault.pathFilter(), trpc.jobs.pathFilter()],
    success: t('batch.undone'),
  });
  function tell({ count, jobId, undoUntil }: JobStarted): void {
    if (undoUntil === null) {
      notifySuccess(t('batch.started', { count }));
      return;
    }
    const id = `undo-${jobId}`;
    notifications.show({
      id,
      autoClose: NOTICE_MS,
      message: (
        <>
          {t('batch.deleted', { count })}{' '}
          <Button
            size="compact-xs"
            variant="light"
            onClick={() => {
              notifications.hide(id);
              undo.mutate({ id: jobId });
            }}
          >
            {t('batch.undo')}
          </Button>
        </>
      ),
    });
  }
  return useAppMutation(trpc.vaultBatch.start.mutationOptions(), {
    invalidate: [trpc.vault.pathFilter(), trpc.jobs.pathFilter()],
    onDone: (started) => {
      tell(started);
      onDone();
    },
  });
}

/** What can be done with all that are chosen at once. */
export function BatchActions({ count, onDone, selection }: BatchActionsProps) {
  const { t } = useTranslation('vault');
  const batch = useBatch(onDone);
  const asking = useDialog<VaultSelection>();
  const begin = (change: VaultBatchChange) => batch.mutate({ selection, change });
  const shared = { size: 'xs', variant: 'default', disabled: batch.isPending } as const;
  return (
    <>
      <Button {...shared} onClick={() => begin({ what: 'refresh' })}>
        {t('batch.refresh')}
      </Button>
      <Button {...shared} onClick={() => begin({ what: 'enabled', on: true })}>
        {t('batch.enable')}
      </Button>
      <Button {...shared} onClick={() => begin({ what: 'enabled', on: false })}>
        {t('batch.disable')}
      </Button>
      <Button {...shared} onClick={() => begin({ what: 'autoRefresh', on: true })}>
        {t('batch.autoOn')}
      </Button>
      <Button {...shared} onClick={() => begin({ what: 'autoRefresh', on: false })}>
        {t('batch.autoOff')}
      </Button>
      <Button {...shared} color="red" variant="light" onClick={() => asking.open(selection)}>
        {t('batch.delete')}
      </Button>
      <DeleteAccounts
        count={count}
        opened={asking.opened}
        onClose={asking.close}
        pending={batch.isPending}
        onConfirm={() => {
          asking.close();
          begin({ what: 'delete' });
        }}
      />
    </>
  );
}

type DeleteAccountsProps = {
  count: number;
  opened: boolean;
  pending: boolean;
  onClose: () => void;
  onConfirm: () => void;
};

/** Asks before accounts go. */
export function DeleteAccounts({ count, ...props }: DeleteAccountsProps) {
  const { t } = useTranslation('vault');
  return (
    <ConfirmDialog
      {...props}
      title={t('batch.deleteTitle', { count })}
      text={t('batch.deleteText')}
      confirmLabel={t('batch.delete')}
    />
  );
}
