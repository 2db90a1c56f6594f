import { Button, Group, Menu } from '@mantine/core';
import { IconDots, IconRefresh } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import {
  MOST_COPIED,
  type VaultBatchChange,
  type VaultSelection,
} from '#shared/schemas/vault-batch.ts';
import { trpc } from '../../lib/trpc.ts';
import { useAppMutation } from '../../lib/use-app-mutation.ts';
import { useDialog } from '../../lib/use-dialog.ts';
import { ConfirmDialog } from '../../ui/ConfirmDialog.tsx';
import { JobDrawer } from '../jobs/JobDrawer.tsx';
import { AssignDialog } from './AssignDialog.tsx';
import { ExportDialog } from './ExportDialog.tsx';
import { TagsDialog } from './TagsDialog.tsx';
import { useCopyTokens } from './use-copy-tokens.ts';

type BatchActionsProps = {
  selection: VaultSelection;
  /** How many accounts that is. */
  count: number;
  /** Told when people have seen that the selected accounts are deleted. */
  onDeleted: () => void;
};

type Ask = 'tags' | 'proxy' | 'client' | 'export' | 'delete';

/** What can be done with the selected vault accounts; a job does it, and its drawer tells of it. */
export function BatchActions({ count, onDeleted, selection }: BatchActionsProps) {
  const { t } = useTranslation(['vaultBatch', 'common']);
  const asked = useDialog<Ask>();
  const job = useDialog<string>();
  const copy = useCopyTokens();
  const start = useAppMutation(trpc.vaultBatch.start.mutationOptions(), {
    invalidate: [trpc.jobs.pathFilter(), trpc.vault.pathFilter()],
    onDone({ jobId }) {
      asked.close();
      job.open(jobId);
    },
  });
  const begin = (change: VaultBatchChange) => start.mutate({ selection, change });
  const frame = { opened: asked.opened, onClose: asked.close, selection };
  const isOpen = (which: Ask) => asked.value === which;
  const closeJob = () => {
    job.close();
    if (start.variables?.change.what === 'delete') onDeleted();
  };
  return (
    <>
      <Group gap="xs">
        <Button
          size="xs"
          variant="default"
          leftSection={<IconRefresh size={16} />}
          loading={start.isPending}
          onClick={() => begin({ what: 'refresh' })}
        >
          {t('refresh')}
        </Button>
        <Button size="xs" variant="default" onClick={() => asked.open('tags')}>
          {t('tags.action')}
        </Button>
        <Menu position="bottom-end" returnFocus>
          <Menu.Target>
            <Button size="xs" variant="default" rightSection={<IconDots size={16} />}>
              {t('more')}
            </Button>
          </Menu.Target>
          <Menu.Dropdown>
            <Menu.Item onClick={() => begin({ what: 'enabled', on: true })}>
              {t('enable')}
            </Menu.Item>
            <Menu.Item onClick={() => begin({ what: 'enabled', on: false })}>
              {t('disable')}
            </Menu.Item>
            <Menu.Item onClick={() => begin({ what: 'autoRefresh', on: true })}>
              {t('autoOn')}
            </Menu.Item>
            <Menu.Item onClick={() => begin({ what: 'autoRefresh', on: false })}>
              {t('autoOff')}
            </Menu.Item>
            <Menu.Divider />
            <Menu.Item onClick={() => asked.open('proxy')}>{t('assign.proxy')}</Menu.Item>
            <Menu.Item onClick={() => asked.open('client')}>{t('assign.client')}</Menu.Item>
            <Menu.Divider />
            {'ids' in selection && (
              <Menu.Item
                disabled={selection.ids.length > MOST_COPIED}
                onClick={() => copy.mutate({ ids: selection.ids })}
              >
                {t('copy.action')}
              </Menu.Item>
            )}
            <Menu.Item onClick={() => asked.open('export')}>{t('export.action')}</Menu.Item>
            <Menu.Item color="red" onClick={() => asked.open('delete')}>
              {t('delete.action')}
            </Menu.Item>
          </Menu.Dropdown>
        </Menu>
      </Group>
      {isOpen('tags') && (
        <TagsDialog {...frame} key={asked.turn} pending={start.isPending} onApply={begin} />
      )}
      {(isOpen('proxy') || isOpen('client')) && (
        <AssignDialog
          {...frame}
          key={asked.turn}
          what={isOpen('proxy') ? 'proxy' : 'client'}
          onStarted={job.open}
        />
      )}
      {isOpen('export') && <ExportDialog {...frame} key={asked.turn} />}
      <ConfirmDialog
        opened={asked.opened && isOpen('delete')}
        onClose={asked.close}
        title={t('delete.title', { count })}
        text={t('delete.text')}
        confirmLabel={t('delete.action')}
        pending={start.isPending}
        onConfirm={() => begin({ what: 'delete' })}
      />
      {job.value && <JobDrawer id={job.value} opened={job.opened} onClose={closeJob} />}
    </>
  );
}
