import { Alert, Button, Checkbox, Drawer, Group, Stack, Text } from '@mantine/core';
import { IconArrowBackUp, IconDownload } from '@tabler/icons-react';
import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { JobItemView, JobView } from '#shared/schemas/jobs.ts';
import { formatClock, formatNumber } from '../../lib/format.ts';
import { trpc } from '../../lib/trpc.ts';
import { useAppMutation } from '../../lib/use-app-mutation.ts';
import { useMe } from '../../lib/use-me.ts';
import { useNow } from '../../lib/use-now.ts';
import { usePages } from '../../lib/use-pages.ts';
import { DataTable } from '../../ui/DataTable.tsx';
import { PagedSection } from '../../ui/PagedSection.tsx';
import { QueryBoundary } from '../../ui/QueryBoundary.tsx';
import { JobProgress } from './JobProgress.tsx';
import { codeName, kindName } from './job-words.ts';
import { saveReport } from './save-report.ts';
import { isRunning, useJob } from './use-job.ts';

type JobDrawerProps = { id: string; opened: boolean; onClose: () => void };

/** A job as it runs, what came of each of its things, and how it is ended or undone. */
export function JobDrawer({ id, onClose, opened }: JobDrawerProps) {
  const { t } = useTranslation(['jobs', 'common']);
  const job = useJob(id);
  return (
    <Drawer
      opened={opened}
      onClose={onClose}
      position="right"
      size={560}
      title={job.data ? kindName(t, job.data.kind) : t('title')}
      styles={{ title: { fontSize: '1.0625rem', fontWeight: 620 } }}
      closeButtonProps={{ 'aria-label': t('common:close') }}
    >
      <QueryBoundary query={job} empty={null}>
        {(now) => <JobBody job={now} />}
      </QueryBoundary>
    </Drawer>
  );
}

function JobBody({ job }: { job: JobView }) {
  const { t } = useTranslation(['jobs', 'common']);
  const running = isRunning(job);
  const { done, failed, skipped } = job;
  useChangedAccounts(running);
  const invalidate = [trpc.jobs.pathFilter(), trpc.vault.pathFilter()];
  const cancel = useAppMutation(trpc.jobs.cancel.mutationOptions(), {
    success: t('cancelled'),
    invalidate,
  });
  return (
    <Stack gap="md">
      <div role="status">
        <Text fw={550}>{t(`state.${job.state}`)}</Text>
        <JobProgress job={job} />
        <Text fz="sm" className="gh-figures">
          {t('counts', {
            done: formatNumber(done),
            failed: formatNumber(failed),
            skipped: formatNumber(skipped),
          })}
        </Text>
      </div>
      {job.error && <Alert color="red">{job.error}</Alert>}
      {running && (
        <Group justify="space-between">
          <Text fz="sm" c="dimmed">
            {t('close')}
          </Text>
          <Button
            variant="default"
            loading={cancel.isPending}
            onClick={() => cancel.mutate({ id: job.id })}
          >
            {t('cancel')}
          </Button>
        </Group>
      )}
      <Undo job={job} />
      {!running && <Report job={job} />}
    </Stack>
  );
}

/** Lists of accounts are asked for again once the job is seen to be over, however fast it was. */
function useChangedAccounts(running: boolean): void {
  const client = useQueryClient();
  useEffect(() => {
    if (!running) void client.invalidateQueries(trpc.vault.pathFilter());
  }, [client, running]);
}

/** While what was deleted can be brought back. */
function Undo({ job }: { job: JobView }) {
  const { t } = useTranslation('jobs');
  const me = useMe();
  const now = useNow();
  const undo = useAppMutation(trpc.vaultBatch.undo.mutationOptions(), {
    success: (count) => t('undone', { count }),
    invalidate: [trpc.jobs.pathFilter(), trpc.vault.pathFilter()],
  });
  const { undoUntil } = job;
  const mine = job.ownerId === me.id || me.permissions.includes('vault.write');
  if (undoUntil === null || !mine || Date.parse(undoUntil) <= now) return null;
  return (
    <Alert color="yellow" variant="light">
      <Stack gap="sm" align="flex-start">
        <Text fz="sm">{t('undoText', { time: formatClock(undoUntil) })}</Text>
        <Button
          variant="default"
          leftSection={<IconArrowBackUp size={16} />}
          loading={undo.isPending}
          onClick={() => undo.mutate({ id: job.id })}
        >
          {t('undo')}
        </Button>
      </Stack>
    </Alert>
  );
}

/** How many ended how, and each by name. */
function Report({ job }: { job: JobView }) {
  const { t } = useTranslation('jobs');
  const [failed, setFailed] = useState(false);
  const [saving, setSaving] = useState(false);
  const items = useInfiniteQuery(
    trpc.jobs.items.infiniteQueryOptions(
      { id: job.id, limit: 100, ...(failed && { state: 'failed' as const }) },
      { getNextPageParam: (page) => page.nextCursor },
    ),
  );
  const pages = usePages<JobItemView>(items);
  const save = async () => {
    setSaving(true);
    await saveReport(job, (code) => codeName(t, code)).finally(() => setSaving(false));
  };
  return (
    <Stack gap="sm">
      <Group justify="space-between">
        <Text fw={550}>{t('report')}</Text>
        <Button
          variant="default"
          size="compact-sm"
          loading={saving}
          leftSection={<IconDownload size={15} />}
          onClick={() => void save()}
        >
          {t('save')}
        </Button>
      </Group>
      {Object.entries(job.report).map(([code, count]) => (
        <Group key={code} justify="space-between">
          <Text fz="sm">{codeName(t, code)}</Text>
          <Text fz="sm" className="gh-figures">
            {formatNumber(count)}
          </Text>
        </Group>
      ))}
      {job.failed > 0 && (
        <Checkbox
          label={t('onlyFailed')}
          checked={failed}
          onChange={(event) => setFailed(event.currentTarget.checked)}
        />
      )}
      <PagedSection pages={pages} empty={<Text p="md">{t('noItems')}</Text>}>
        {(rows, more) => (
          <DataTable
            label={t('report')}
            rows={rows}
            rowKey={({ number }) => String(number)}
            columns={[
              { id: 'name', header: t('column.name'), primary: true, cell: ({ name }) => name },
              {
                id: 'code',
                header: t('column.result'),
                cell: ({ code, text }) => (
                  <Text fz="sm" {...(text && { title: text })}>
                    {codeName(t, code)}
                  </Text>
                ),
              },
            ]}
            {...more}
          />
        )}
      </PagedSection>
    </Stack>
  );
}
