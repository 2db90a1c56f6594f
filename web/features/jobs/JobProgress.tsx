import { Progress, Stack, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { JobView } from '#shared/schemas/jobs.ts';
import { formatNumber } from '../../lib/format.ts';

/** How far a job is: a bar, and how many of how many. */
export function JobProgress({ job }: { job: JobView }) {
  const { t } = useTranslation('jobs');
  const over = job.done + job.failed + job.skipped;
  const value = job.total === 0 ? 100 : (over / job.total) * 100;
  return (
    <Stack gap={4} miw={120}>
      <Progress
        value={value}
        aria-label={t('column.progress')}
        color={job.failed > 0 ? 'orange' : 'teal'}
      />
      <Text fz="xs" c="dimmed" className="gh-figures">
        {t('progress', { n: formatNumber(over), total: formatNumber(job.total) })}
      </Text>
    </Stack>
  );
}
