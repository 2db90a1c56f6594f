import { Alert, Anchor, List, Loader } from '@mantine/core';
import { IconEyeQuestion } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { QuotaRulesSet } from '#shared/schemas/quotas.ts';
import { readError } from '../../lib/errors.ts';
import { formatExactTime, formatNumber } from '../../lib/format.ts';
import { trpc } from '../../lib/trpc.ts';
import { ErrorText } from '../../ui/ErrorText.tsx';

/** What the limits would have refused yesterday, with the first few of it. */
export function PreviewNote({ wanted }: { wanted: QuotaRulesSet }) {
  const { t } = useTranslation('quotas');
  const { data, error } = useQuery(trpc.quotas.preview.queryOptions(wanted, { staleTime: 60_000 }));
  if (error) return <ErrorText error={readError(error)} />;
  if (!data) return <Loader size="sm" aria-label={t('preview.counting')} />;
  const { requests, refused, examples } = data;
  const figures = { refused: formatNumber(refused), requests: formatNumber(requests) };
  const words = refused === 0 ? t('preview.nothing', figures) : t('preview.some', figures);
  return (
    <Alert
      role="status"
      color={refused > 0 ? 'yellow' : 'petrol'}
      icon={<IconEyeQuestion size={18} />}
      title={requests === 0 ? t('preview.idle') : words}
    >
      {examples.length > 0 && (
        <List size="xs">
          {examples.map(({ requestId, at, metric }) => (
            <List.Item key={requestId}>
              <Anchor href={`/why/${requestId}`} fz="xs">
                {formatExactTime(at)}
              </Anchor>
              {` · ${t(`metric.${metric}`)}`}
            </List.Item>
          ))}
        </List>
      )}
    </Alert>
  );
}
