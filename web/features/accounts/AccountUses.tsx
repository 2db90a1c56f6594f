import { SegmentedControl, Text } from '@mantine/core';
import { IconUsers } from '@tabler/icons-react';
import type { TFunction } from 'i18next';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { AccountUse, AccountView } from '#shared/schemas/accounts.ts';
import { formatNumber, formatShortDate } from '../../lib/format.ts';
import { type Column, DataTable } from '../../ui/DataTable.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { Money, RelativeTime, Tokens } from '../../ui/figures.tsx';
import { QueryBoundary } from '../../ui/QueryBoundary.tsx';
import classes from './accounts.module.css';
import { useAccountUse } from './use-borrowers.ts';

type Use = AccountUse['rows'][number];

/** Who used an account for which models, in all or day by day. */
export function AccountUses({ account }: { account: AccountView }) {
  const { t } = useTranslation('accounts');
  const [daily, setDaily] = useState(false);
  const query = useAccountUse(account.id, daily);
  return (
    <>
      <div className={classes.useHead}>
        <Text c="dimmed" fz="sm">
          {t(daily ? 'board.use.textDaily' : 'board.use.text', { zone: account.zone })}
        </Text>
        <SegmentedControl
          size="xs"
          aria-label={t('board.use.by')}
          value={daily ? 'day' : 'all'}
          onChange={(value) => setDaily(value === 'day')}
          data={[
            { value: 'all', label: t('board.use.inAll') },
            { value: 'day', label: t('board.use.byDay') },
          ]}
        />
      </div>
      <QueryBoundary
        query={query}
        isEmpty={({ rows }) => rows.length === 0}
        empty={
          <EmptyState
            icon={IconUsers}
            title={t('board.use.empty')}
            text={t('board.use.emptyText')}
          />
        }
      >
        {({ cut, rows }) => (
          <>
            <DataTable
              label={t('board.use.list', { name: account.name })}
              columns={columnsOf(t, { daily, ownerId: account.ownerId })}
              rows={rows}
              rowKey={({ day, userId, model }) => `${day} ${userId} ${model}`}
            />
            {cut && (
              <Text c="dimmed" fz="sm" mt="sm">
                {t('board.use.cut', { count: rows.length })}
              </Text>
            )}
          </>
        )}
      </QueryBoundary>
    </>
  );
}

function columnsOf(
  t: TFunction<'accounts'>,
  { daily, ownerId }: { daily: boolean; ownerId: string },
): Column<Use>[] {
  const day: Column<Use> = {
    id: 'day',
    header: t('board.use.day'),
    cell: ({ day }) => (
      <span className={classes.nowrap}>
        {day === null ? '–' : formatShortDate(`${day}T00:00:00Z`, 'UTC')}
      </span>
    ),
  };
  const last: Column<Use> = {
    id: 'last',
    header: t('board.use.last'),
    cell: ({ lastAt }) => <RelativeTime iso={lastAt} />,
  };
  return [
    {
      id: 'who',
      header: t('board.use.who'),
      primary: true,
      cell: ({ userId, userName, model }) => (
        <>
          {userName ?? t('board.use.gone')}
          {userId === ownerId && ` ${t('board.use.owner')}`}
          <Text fz="xs" c="dimmed" fw={400}>
            {model}
          </Text>
        </>
      ),
    },
    ...(daily ? [day] : []),
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
    ...(daily ? [] : [last]),
  ];
}
