import { Button } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { VaultBatchChange, VaultSelection } from '#shared/schemas/vault-batch.ts';
import { trpc } from '../../lib/trpc.ts';
import { useAppMutation } from '../../lib/use-app-mutation.ts';
import { useDialog } from '../../lib/use-dialog.ts';
import { ConfirmDialog } from '../../ui/ConfirmDialog.tsx';
import { JobDrawer } from '../jobs/JobDrawer.tsx';
import { MoreActions } from '../vault-batch/MoreActions.tsx';

type BatchActionsProps = {
  selection: VaultSelection;
  /** How many accounts that is. */
  count: number;
};

const CHANGES = [
  ['refresh', { what: 'refresh' }],
  ['enable', { what: 'enabled', on: true }],
  ['disable', { what: 'enabled', on: false }],
  ['autoOn', { what: 'autoRefresh', on: true }],
  ['autoOff', { what: 'autoRefresh', on: false }],
] as const satisfies readonly (readonly [string, VaultBatchChange])[];

/** What can be done with all that are chosen at once; a job does it, and its drawer tells of it. */
export function BatchActions({ count, selection }: BatchActionsProps) {
  const { t } = useTranslation('vault');
  const asking = useDialog<null>();
  const job = useDialog<string>();
  const { isPending, mutate } = useAppMutation(trpc.vaultBatch.start.mutationOptions(), {
    invalidate: [trpc.vault.pathFilter(), trpc.jobs.pathFilter()],
    onDone({ jobId }) {
      asking.close();
      job.open(jobId);
    },
  });
  const begin = (change: VaultBatchChange) => mutate({ selection, change });
  return (
    <>
      {CHANGES.map(([name, change]) => (
        <Button
          key={name}
          size="xs"
          variant="default"
          disabled={isPending}
          onClick={() => begin(change)}
        >
          {t(`batch.${name}`)}
        </Button>
      ))}
      <MoreActions selection={selection} />
      <Button
        size="xs"
        color="red"
        variant="light"
        disabled={isPending}
        onClick={() => asking.open(null)}
      >
        {t('action.delete')}
      </Button>
      <ConfirmDialog
        opened={asking.opened}
        onClose={asking.close}
        title={t('batch.deleteTitle', { count })}
        text={t('batch.deleteText')}
        confirmLabel={t('action.delete')}
        pending={isPending}
        onConfirm={() => begin({ what: 'delete' })}
      />
      {job.value && <JobDrawer id={job.value} opened={job.opened} onClose={job.close} />}
    </>
  );
}
