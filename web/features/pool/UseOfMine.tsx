import { IconEye } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { LentUse } from '#shared/schemas/pool.ts';
import { formatNumber } from '../../lib/format.ts';
import { trpc } from '../../lib/trpc.ts';
import { type Column, DataTable } from '../../ui/DataTable.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { RelativeTime, Tokens } from '../../ui/figures.tsx';
import { QueryBoundary } from '../../ui/QueryBoundary.tsx';
import { Section } from '../../ui/Section.tsx';

type Use = LentUse[number];

/** Who used the accounts that the person lends. */
export function UseOfMine() {
  const { t } = useTranslation('pool');
  const query = useQuery(trpc.pool.lentUse.queryOptions());
  const columns: Column<Use>[] = [
    { id: 'account', header: t('lent.account'), cell: (use) => use.accountName, primary: true },
    { id: 'user', header: t('lent.user'), cell: ({ userName }) => userName || '–' },
    { id: 'model', header: t('lent.model'), cell: ({ model }) => model },
    {
      id: 'requests',
      header: t('lent.requests'),
      align: 'right',
      cell: ({ requests }) => formatNumber(requests),
    },
    {
      id: 'tokens',
      header: t('lent.tokens'),
      align: 'right',
      cell: ({ tokens }) => <Tokens count={tokens} />,
    },
    { id: 'last', header: t('lent.last'), cell: ({ lastAt }) => <RelativeTime iso={lastAt} /> },
  ];
  return (
    <Section flush title={t('lent.title')} text={t('lent.text')}>
      <QueryBoundary
        query={query}
        empty={<EmptyState icon={IconEye} title={t('lent.empty')} text={t('lent.emptyText')} />}
      >
        {(rows) => (
          <DataTable
            label={t('lent.list')}
            columns={columns}
            rows={rows}
            rowKey={(use) => `${use.accountId} ${use.userName} ${use.model}`}
          />
        )}
      </QueryBoundary>
    </Section>
  );
}
