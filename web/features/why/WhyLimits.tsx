import { Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { formatDateTime } from '../../lib/format.ts';
import { DataTable } from '../../ui/DataTable.tsx';
import { Section } from '../../ui/Section.tsx';
import { amountText, metricText, subjectText, type WhyLimit } from './why-words.ts';

/** Every limit that was looked at, as it stood then. */
export function WhyLimits({ limits }: { limits: readonly WhyLimit[] }) {
  const { t } = useTranslation('why');
  return (
    <Section title={t('limits.title')} text={t('limits.text')} flush>
      <DataTable
        label={t('limits.list')}
        rows={limits}
        rowKey={({ metric, name, subject }) => `${subject} ${name} ${metric}`}
        columns={[
          {
            id: 'limit',
            header: t('limits.limit'),
            primary: true,
            cell: (limit) => (
              <>
                {subjectText(t, limit)}
                {limit.decided && (
                  <Text span c="var(--mantine-color-error)">{` · ${t('limits.decided')}`}</Text>
                )}
                <Text fz="xs" c="dimmed">
                  {metricText(t, limit.metric)}
                </Text>
              </>
            ),
          },
          ...(['limit', 'used', 'held', 'asked'] as const).map((part) => ({
            id: `${part}-amount`,
            header: t(part === 'limit' ? 'limits.most' : `limits.${part}`),
            align: 'right' as const,
            cell: (limit: WhyLimit) => (
              <span className="gh-figures">{amountText(limit.metric, limit[part])}</span>
            ),
          })),
          {
            id: 'resets',
            header: t('limits.resets'),
            cell: ({ resetsAt }) =>
              resetsAt === null ? t('limits.soon') : formatDateTime(resetsAt),
          },
        ]}
      />
    </Section>
  );
}
