import { Text } from '@mantine/core';
import { IconSend } from '@tabler/icons-react';
import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { AlertKind, type DeliveryView } from '#shared/schemas/alerts.ts';
import { formatDateTime } from '../../lib/format.ts';
import { trpc } from '../../lib/trpc.ts';
import { type Pages, usePages } from '../../lib/use-pages.ts';
import { type Column, DataTable } from '../../ui/DataTable.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { PagedSection } from '../../ui/PagedSection.tsx';
import { type BadgeState, StateBadge } from '../../ui/StateBadge.tsx';
import { textKey } from './alert-words.ts';

const PAGE = 100;
const BADGES: Readonly<Record<DeliveryView['state'], BadgeState>> = {
  waiting: 'pending',
  held: 'pending',
  sent: 'ok',
  failed: 'failed',
};

/** What channels were told, and what came of it. */
export function DeliveryLog() {
  const { t } = useTranslation('alerts');
  const columns = useColumns();
  const pages: Pages<DeliveryView> = usePages(
    useInfiniteQuery(
      trpc.alerts.deliveries.infiniteQueryOptions(
        { limit: PAGE },
        {
          getNextPageParam: ({ nextCursor }) => nextCursor ?? undefined,
          placeholderData: keepPreviousData,
        },
      ),
    ),
  );
  return (
    <PagedSection
      pages={pages}
      shown={(count) => t('log.shown', { count })}
      empty={<EmptyState icon={IconSend} title={t('log.empty')} text={t('log.emptyText')} />}
    >
      {(rows, more) => (
        <DataTable
          label={t('log.list')}
          rows={rows}
          rowKey={({ id }) => id}
          columns={columns}
          {...more}
        />
      )}
    </PagedSection>
  );
}

const WHATS = ['raised', 'resolved', 'storm', 'flapping', 'test'] as const;

function useColumns(): Column<DeliveryView>[] {
  const { t } = useTranslation('alerts');
  const whatOf = ({ kind, name, what }: DeliveryView) => {
    const known = WHATS.find((one) => one === what);
    const named = AlertKind.safeParse(kind).data;
    return [known ? t(`log.whats.${known}`) : what, named ? t(textKey(named)) : kind, name]
      .filter((part) => part !== null)
      .join(' · ');
  };
  return [
    { id: 'when', header: t('log.when'), width: 190, cell: ({ at }) => formatDateTime(at) },
    {
      id: 'channel',
      header: t('log.channel'),
      primary: true,
      cell: ({ channelName }) => channelName,
    },
    { id: 'what', header: t('log.what'), cell: whatOf },
    {
      id: 'state',
      header: t('log.state'),
      width: 150,
      cell: ({ state }) => <StateBadge state={BADGES[state]} label={t(`log.states.${state}`)} />,
    },
    { id: 'tries', header: t('log.tries'), align: 'right', width: 80, cell: (row) => row.attempts },
    { id: 'answer', header: t('log.answer'), cell: (row) => <Answer row={row} /> },
  ];
}

function Answer({ row: { error, nextAt, status } }: { row: DeliveryView }) {
  const { t } = useTranslation('alerts');
  const said = error ?? (status === null ? '–' : `HTTP ${status}`);
  return (
    <Text fz="xs" style={{ overflowWrap: 'anywhere' }}>
      {said}
      {nextAt !== null && ` · ${t('log.again', { at: formatDateTime(nextAt) })}`}
    </Text>
  );
}
