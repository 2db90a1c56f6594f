import { Alert, Anchor, List, Loader } from '@mantine/core';
import { IconEyeQuestion } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import type { QuotaPreview, QuotaRulesSet } from '#shared/schemas/quotas.ts';
import { readError } from '../../lib/errors.ts';
import { formatExactTime, formatNumber } from '../../lib/format.ts';
import { trpc } from '../../lib/trpc.ts';
import { ErrorText } from '../../ui/ErrorText.tsx';
import classes from './quotas.module.css';

/** What the limits would have refused yesterday, with the first few of it. */
export function PreviewNote({ wanted }: { wanted: QuotaRulesSet }) {
  const { t } = useTranslation('quotas');
  const { data, error } = useQuery(trpc.quotas.preview.queryOptions(wanted, { staleTime: 60_000 }));
  const note = useRef<HTMLDivElement>(null);
  // NOTE: the fields before it may be taller than the screen, and it comes as the answer to a button.
  useEffect(() => {
    if (data || error) note.current?.scrollIntoView({ block: 'nearest' });
  }, [data, error]);
  return (
    <div ref={note} className={classes.preview}>
      {error && <ErrorText error={readError(error)} />}
      {!error && !data && <Loader size="sm" aria-label={t('preview.counting')} />}
      {!error && data && <Answer preview={data} />}
    </div>
  );
}

function Answer({ preview }: { preview: QuotaPreview }) {
  const { t } = useTranslation('quotas');
  const { requests, refused, examples } = preview;
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
              {/* A page of its own: what was typed here is not saved yet. */}
              <Anchor href={`/why/${requestId}`} target="_blank" fz="xs">
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
