import { Button, Text } from '@mantine/core';
import { IconFileImport, IconListCheck } from '@tabler/icons-react';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { JobView } from '#shared/schemas/jobs.ts';
import { formatDateTime } from '../../lib/format.ts';
import { trpc } from '../../lib/trpc.ts';
import { useDialog } from '../../lib/use-dialog.ts';
import { usePages } from '../../lib/use-pages.ts';
import { DataTable } from '../../ui/DataTable.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { PagedSection } from '../../ui/PagedSection.tsx';
import { PageHeader } from '../../ui/PageHeader.tsx';
import { type BadgeState, StateBadge } from '../../ui/StateBadge.tsx';
import { ImportDialog } from '../vault-batch/ImportDialog.tsx';
import { JobDrawer } from './JobDrawer.tsx';
import { JobProgress } from './JobProgress.tsx';
import { kindName } from './job-words.ts';
import { isRunning } from './use-job.ts';

const TONES = {
  waiting: 'pending',
  running: 'cooling',
  done: 'ok',
  failed: 'failed',
  cancelled: 'aborted',
} as const satisfies Record<JobView['state'], BadgeState>;

/** The jobs of the last 30 days: one's own, or everybody's for those who see the vault. */
export function JobsPage() {
  const { t } = useTranslation('jobs');
  const jobs = useInfiniteQuery(
    trpc.jobs.list.infiniteQueryOptions(
      { limit: 50 },
      {
        getNextPageParam: (page) => page.nextCursor,
        refetchInterval: ({ state }) =>
          state.data?.pages[0]?.rows.some(isRunning) ? 1_000 : 10_000,
      },
    ),
  );
  const pages = usePages<JobView>(jobs);
  const shown = useDialog<string>();
  const importing = useDialog<true>();
  const add = (
    <Button leftSection={<IconFileImport size={17} />} onClick={() => importing.open(true)}>
      {t('import')}
    </Button>
  );
  return (
    <>
      <PageHeader title={t('title')} subtitle={t('subtitle')} actions={add} />
      <PagedSection
        pages={{ ...pages, isRefreshing: false }}
        empty={<EmptyState icon={IconListCheck} title={t('empty')} text={t('emptyText')} />}
      >
        {(rows, more) => (
          <DataTable
            label={t('list')}
            rows={rows}
            rowKey={({ id }) => id}
            onOpen={({ id }) => shown.open(id)}
            columns={[
              {
                id: 'kind',
                header: t('column.kind'),
                primary: true,
                cell: ({ kind }) => kindName(t, kind),
              },
              {
                id: 'state',
                header: t('column.state'),
                cell: ({ state }) => (
                  <StateBadge state={TONES[state]} label={t(`state.${state}`)} />
                ),
              },
              {
                id: 'progress',
                header: t('column.progress'),
                width: 200,
                cell: (job) => <JobProgress job={job} />,
              },
              {
                id: 'owner',
                header: t('column.owner'),
                cell: ({ ownerId, ownerName }) => (ownerId === null ? t('server') : ownerName),
              },
              {
                id: 'created',
                header: t('column.created'),
                cell: ({ createdAt }) => <Text fz="sm">{formatDateTime(createdAt)}</Text>,
              },
            ]}
            {...more}
          />
        )}
      </PagedSection>
      {shown.value && <JobDrawer id={shown.value} opened={shown.opened} onClose={shown.close} />}
      {importing.value && (
        <ImportDialog
          key={importing.turn}
          opened={importing.opened}
          onClose={importing.close}
          onStarted={shown.open}
        />
      )}
    </>
  );
}
