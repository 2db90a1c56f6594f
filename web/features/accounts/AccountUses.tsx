import { Text } from '@mantine/core';
import { IconUsers } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import type { AccountUse, AccountView } from '#shared/schemas/accounts.ts';
import { formatNumber } from '../../lib/format.ts';
import { type Column, DataTable } from '../../ui/DataTable.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { Money, RelativeTime, Tokens } from '../../ui/figures.tsx';
import { QueryBoundary } from '../../ui/QueryBoundary.tsx';
import { useAccountUse } from './use-borrowers.ts';

type Use = AccountUse[number];

/** Who used an account for which models. */
export function AccountUses({ account }: { account: AccountView }) {
  const { t } = useTranslation('accounts');
  const query = useAccountUse(account.id);
  const columns: Column<Use>[] = [
    {
      id: 'who',
      header: t('board.use.who'),
      primary: true,
      cell: ({ userName, model }) => (
        <>
          {userName ?? t('board.use.gone')}
          <Text fz="xs" c="dimmed" fw={400}>
            {model}
          </Text>
        </>
      ),
    },
    {
      id: 'requests',
      header: t('board.use.requests'),
      align: 'right',
      cell: ({ requests }) => formatNumber(requests),
    },
    {
      id: 'tokens',
      header: t('board.use.tokens'),
      align: 'right',
      cell: ({ tokens }) => <Tokens count={tokens} />,
    },
    {
      id: 'cost',
      header: t('board.use.cost'),
      align: 'right',
      cell: ({ cost }) => <Money micros={cost} />,
    },
    {
      id: 'last',
      header: t('board.use.last'),
      cell: ({ lastAt }) => <RelativeTime iso={lastAt} />,
    },
  ];
  return (
    <>
      <Text c="dimmed" fz="sm" mb="sm">
        {t('board.use.text')}
      </Text>
      <QueryBoundary
        query={query}
        empty={
          <EmptyState
            icon={IconUsers}
            title={t('board.use.empty')}
            text={t('board.use.emptyText')}
          />
        }
      >
        {(rows) => (
          <DataTable
            label={t('board.use.list', { name: account.name })}
            columns={columns}
            rows={rows}
            rowKey={({ userId, model }) => `${userId} ${model}`}
          />
        )}
      </QueryBoundary>
    </>
  );
}
