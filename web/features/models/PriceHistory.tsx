import { ActionIcon, Text, Tooltip } from '@mantine/core';
import { IconTrash } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { PriceHistory as History } from '#shared/schemas/models.ts';
import { formatDateTime } from '../../lib/format.ts';
import { trpc } from '../../lib/trpc.ts';
import { useAppMutation } from '../../lib/use-app-mutation.ts';
import { QueryBoundary } from '../../ui/QueryBoundary.tsx';
import { ModelPrice } from './ModelPrice.tsx';
import classes from './models.module.css';

/** What a model cost, costs and will cost; what has not begun can be taken back. */
export function PriceHistory({ modelId }: { modelId: string }) {
  const { t } = useTranslation('models');
  const history = useQuery(trpc.models.priceHistory.queryOptions({ id: modelId }));
  const remove = useAppMutation(trpc.models.deletePrice.mutationOptions(), {
    invalidate: [trpc.models.pathFilter()],
    success: t('history.removed'),
  });
  return (
    <div style={{ marginTop: 12 }}>
      <Text fz="sm" fw={500} mb={4}>
        {t('history.title')}
      </Text>
      <QueryBoundary
        query={history}
        empty={
          <Text fz="sm" c="dimmed">
            {t('history.empty')}
          </Text>
        }
      >
        {(entries) => (
          <ul className={classes.history} aria-label={t('history.title')}>
            {entries.map((entry) => (
              <Entry
                key={entry.from}
                entry={entry}
                pending={remove.isPending}
                onRemove={() => remove.mutate({ id: modelId, from: entry.from })}
              />
            ))}
          </ul>
        )}
      </QueryBoundary>
    </div>
  );
}

type EntryProps = { entry: History[number]; pending: boolean; onRemove: () => void };

function Entry({ entry: { from, price, state }, pending, onRemove }: EntryProps) {
  const { t } = useTranslation('models');
  const time = formatDateTime(from);
  const label = t('history.remove', { time });
  return (
    <li data-state={state}>
      <span>
        <time dateTime={from}>{t('history.from', { time })}</time>
        <Text span fz="xs" c="dimmed">{` · ${t(`history.${state}`)}`}</Text>
      </span>
      <ModelPrice price={price} />
      {state === 'planned' && (
        <Tooltip label={label}>
          <ActionIcon aria-label={label} disabled={pending} onClick={onRemove}>
            <IconTrash size={16} stroke={1.7} />
          </ActionIcon>
        </Tooltip>
      )}
    </li>
  );
}
