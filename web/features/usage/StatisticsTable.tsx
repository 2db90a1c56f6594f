import { Select } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import type { TFunction } from 'i18next';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Statistics, StatisticsBy } from '#shared/schemas/usage.ts';
import { formatDuration, formatNumber } from '../../lib/format.ts';
import { type Column, DataTable } from '../../ui/DataTable.tsx';
import { Money, Tokens } from '../../ui/figures.tsx';
import {
  isSort,
  rowName,
  SORTS,
  type Sort,
  type StatisticsRow,
  sortRows,
} from './statistics-rows.ts';
import classes from './usage.module.css';

type StatisticsTableProps = { by: StatisticsBy; statistics: Statistics };

/** The row of the totals stands first, whatever the others are sorted by. */
const TOTAL = '\u0000total';

/** One row for each, with the totals on top; sorted by any figure. */
export function StatisticsTable({ by, statistics }: StatisticsTableProps) {
  const { t } = useTranslation('usage');
  const phone = useMediaQuery('(max-width: 600px)', false, { getInitialValueInEffect: false });
  const timely = by === 'day' || by === 'hour';
  const [sort, setSort] = useState<{ by: Sort; descending: boolean }>({
    by: timely ? 'name' : 'requests',
    descending: true,
  });
  const total: StatisticsRow = { id: TOTAL, name: t('statistics.total'), ...statistics.totals };
  // Times come newest first, and their names are no words to sort by.
  const inTime = timely && sort.by === 'name';
  const sorted = inTime
    ? sort.descending
      ? statistics.rows
      : statistics.rows.toReversed()
    : sortRows(statistics.rows, sort);
  const columns = columnsOf(t, { by, zone: statistics.zone });
  const choose = (column: string) => {
    if (!isSort(column)) return;
    setSort({ by: column, descending: sort.by === column ? !sort.descending : column !== 'name' });
  };
  return (
    <>
      {phone && (
        <Select
          className={classes.sortBy}
          label={t('statistics.sortBy')}
          allowDeselect={false}
          value={sort.by}
          onChange={(value) => {
            if (isSort(value)) setSort({ by: value, descending: value !== 'name' || timely });
          }}
          data={Object.keys(SORTS).flatMap((value) => {
            const column = columns.find(({ id }) => id === value);
            return column ? [{ value, label: column.header }] : [];
          })}
        />
      )}
      <div className={classes.table}>
        <DataTable
          label={t('views.statistics')}
          columns={columns}
          rows={[total, ...sorted]}
          rowKey={(row) => row.id ?? ''}
          sorting={{ ...sort, onSort: choose }}
        />
      </div>
    </>
  );
}

function columnsOf(
  t: TFunction<'usage'>,
  facts: { by: StatisticsBy; zone: string },
): Column<StatisticsRow>[] {
  const figure = (
    id: Exclude<Sort, 'name'>,
    cell: Column<StatisticsRow>['cell'],
  ): Column<StatisticsRow> => ({
    id,
    header: t(`statistics.${id}`),
    align: 'right',
    sortable: true,
    cell,
  });
  return [
    {
      id: 'name',
      header: t(`statistics.bys.${facts.by}`),
      primary: true,
      sortable: true,
      cell: (row) =>
        row.id === TOTAL ? <strong>{row.name}</strong> : <Name text={rowName(t, facts, row)} />,
    },
    figure('requests', (row) => <Count count={row.requests} />),
    figure('errors', (row) => <Count count={row.errors} />),
    figure('input', (row) => <Tokens count={row.inputTokens} />),
    figure('cached', (row) => <Tokens count={row.cachedTokens} />),
    figure('output', (row) => <Tokens count={row.outputTokens} />),
    figure('cost', (row) => <Money micros={row.cost} />),
    figure('median', (row) => <Duration ms={row.latencyP50Ms} />),
    figure('p95', (row) => <Duration ms={row.latencyP95Ms} />),
    figure('firstToken', (row) => <Duration ms={row.firstTokenP50Ms} />),
  ];
}

function Name({ text }: { text: string }) {
  return (
    <div className={classes.name} title={text}>
      {text}
    </div>
  );
}

function Count({ count }: { count: number }) {
  return <span className="gh-figures">{formatNumber(count)}</span>;
}

function Duration({ ms }: { ms: number | null }) {
  return <span className={classes.duration}>{ms === null ? '–' : formatDuration(ms)}</span>;
}
