import { IconUsersGroup } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { SharedPoolRow } from '#shared/schemas/pool.ts';
import { formatNumber } from '../../lib/format.ts';
import { trpc } from '../../lib/trpc.ts';
import { type Column, DataTable } from '../../ui/DataTable.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { RelativeTime } from '../../ui/figures.tsx';
import { QueryBoundary } from '../../ui/QueryBoundary.tsx';
import { Section } from '../../ui/Section.tsx';

const REFRESH_MS = 30_000;

/** What the pool has for each model, and how much of it is left. */
export function SharedPool() {
  const { t } = useTranslation('pool');
  const query = useQuery(trpc.pool.shared.queryOptions(undefined, { refetchInterval: REFRESH_MS }));
  const columns: Column<SharedPoolRow>[] = [
    { id: 'model', header: t('shared.model'), cell: ({ model }) => model, primary: true },
    {
      id: 'platforms',
      header: t('shared.platforms'),
      cell: ({ platforms }) => platforms.map(({ name }) => name).join(', '),
    },
    {
      id: 'accounts',
      header: t('shared.accounts'),
      align: 'right',
      cell: ({ accounts }) => formatNumber(accounts),
    },
    {
      id: 'ready',
      header: t('shared.ready'),
      align: 'right',
      cell: ({ ready }) => formatNumber(ready),
    },
    {
      id: 'left',
      header: t('shared.left'),
      align: 'right',
      cell: ({ accounts, left }) =>
        t('shared.leftHint', { left: formatNumber(left), accounts: formatNumber(accounts) }),
    },
    {
      id: 'next',
      header: t('shared.next'),
      cell: ({ nextReturn }) => (nextReturn ? <RelativeTime iso={nextReturn} /> : '–'),
    },
  ];
  return (
    <Section flush title={t('shared.title')} text={t('shared.text')}>
      <QueryBoundary
        query={query}
        empty={
          <EmptyState
            icon={IconUsersGroup}
            title={t('shared.empty')}
            text={t('shared.emptyText')}
          />
        }
      >
        {(rows) => (
          <DataTable
            label={t('shared.list')}
            columns={columns}
            rows={rows}
            rowKey={({ model }) => model}
          />
        )}
      </QueryBoundary>
    </Section>
  );
}
