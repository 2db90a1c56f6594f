import { Anchor } from '@mantine/core';
import { IconArrowsExchange } from '@tabler/icons-react';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import type { PoolMovement } from '#shared/schemas/pool.ts';
import { formatStamp } from '../../lib/format.ts';
import { trpc } from '../../lib/trpc.ts';
import { type Column, DataTable } from '../../ui/DataTable.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { QueryBoundary } from '../../ui/QueryBoundary.tsx';
import { Section } from '../../ui/Section.tsx';
import { formatCredits } from './credit-text.ts';

const PAGE = 20;

/** Where the person's credit came from and went to. */
export function Movements() {
  const { t } = useTranslation('pool');
  const query = useInfiniteQuery(
    trpc.pool.movements.infiniteQueryOptions(
      { limit: PAGE },
      {
        getNextPageParam: ({ nextCursor }) => nextCursor ?? undefined,
        refetchOnWindowFocus: false,
      },
    ),
  );
  const rows = useMemo(() => query.data?.pages.flatMap((page) => page.rows), [query.data]);
  const columns: Column<PoolMovement>[] = [
    { id: 'at', header: t('movements.at'), cell: ({ at }) => formatStamp(at) },
    {
      id: 'kind',
      header: t('movements.kind'),
      primary: true,
      cell: ({ id, kind }) =>
        kind === 'spend' ? (
          <Anchor fz="sm" renderRoot={(props) => <Link {...props} to="/usage" search={{ id }} />}>
            {t('movements.kinds.spend')}
          </Anchor>
        ) : (
          t(`movements.kinds.${kind}`)
        ),
    },
    {
      id: 'group',
      header: t('movements.group'),
      cell: ({ group, model }) =>
        model !== null && model !== group ? `${group} · ${model}` : group,
    },
    {
      id: 'amount',
      header: t('movements.amount'),
      align: 'right',
      cell: ({ amount }) => (
        <span className="gh-figures">{`${amount > 0 ? '+' : ''}${formatCredits(amount)}`}</span>
      ),
    },
  ];
  const { error, fetchNextPage, hasNextPage, isFetchingNextPage, isPending, refetch } = query;
  return (
    <Section flush title={t('movements.title')} text={t('movements.text')}>
      <QueryBoundary
        query={{ data: rows, error, isPending, refetch }}
        empty={
          <EmptyState
            icon={IconArrowsExchange}
            title={t('movements.empty')}
            text={t('movements.emptyText')}
          />
        }
      >
        {(all) => (
          <DataTable
            label={t('movements.list')}
            columns={columns}
            rows={all}
            rowKey={({ id }) => id}
            {...(hasNextPage && {
              more: { onLoad: () => void fetchNextPage(), loading: isFetchingNextPage },
            })}
          />
        )}
      </QueryBoundary>
    </Section>
  );
}
