import { Text } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import type { TFunction } from 'i18next';
import { useTranslation } from 'react-i18next';
import type { UsageRow } from '#shared/schemas/usage.ts';
import { formatDuration, formatStamp } from '../../lib/format.ts';
import { type Column, DataTable } from '../../ui/DataTable.tsx';
import { Money } from '../../ui/figures.tsx';
import { CountedInput, CountedOutput, hasUnitsOnly } from './Counted.tsx';
import { OutcomeBadge } from './OutcomeBadge.tsx';
import { operationName } from './operation.ts';
import classes from './usage.module.css';

type UsageTableProps = {
  rows: readonly UsageRow[];
  /** Whether rows are of several people. */
  withUser: boolean;
  onOpen: (row: UsageRow) => void;
  more?: { onLoad: () => void; loading: boolean };
};

/** Requests, newest first; the time opens the details. */
export function UsageTable({ rows, withUser, onOpen, more }: UsageTableProps) {
  const { t } = useTranslation('usage');
  const phone = useMediaQuery('(max-width: 600px)', false, { getInitialValueInEffect: false });
  return (
    <div className={classes.table}>
      <DataTable
        label={t('list')}
        columns={[...facts(t, withUser), ...(phone ? [allFigures(t)] : figures(t))]}
        rows={rows}
        rowKey={(row) => row.id}
        onOpen={onOpen}
        {...(more ? { more } : {})}
      />
    </div>
  );
}

type Translator = TFunction<'usage'>;

function facts(t: Translator, withUser: boolean): Column<UsageRow>[] {
  return [
    {
      id: 'time',
      header: t('column.time'),
      primary: true,
      cell: ({ createdAt }) => <time dateTime={createdAt}>{formatStamp(createdAt)}</time>,
    },
    {
      id: 'who',
      header: t('column.who'),
      cell: ({ userName, keyName }) => {
        const key = keyName ?? t('playground');
        return withUser ? <Pair first={userName} second={key} /> : <Pair first={key} />;
      },
    },
    {
      id: 'model',
      header: t('column.model'),
      cell: ({ model, operation, platformId }) => {
        const asked = operation === 'chat' ? [] : [operationName(t, operation)];
        const second = [...asked, ...(platformId === null ? [] : [platformId])].join(' · ');
        return <Pair first={model} second={second === '' ? undefined : second} />;
      },
    },
    {
      id: 'outcome',
      header: t('column.outcome'),
      cell: ({ outcome }) => <OutcomeBadge outcome={outcome} />,
    },
  ];
}

function figures(t: Translator): Column<UsageRow>[] {
  return [
    {
      id: 'input',
      header: t('column.input'),
      align: 'right',
      cell: (row) => <CountedInput row={row} />,
    },
    {
      id: 'output',
      header: t('column.output'),
      align: 'right',
      cell: (row) => <CountedOutput row={row} />,
    },
    {
      id: 'cost',
      header: t('column.cost'),
      align: 'right',
      cell: ({ cost }) => <Money micros={cost} />,
    },
    {
      id: 'latency',
      header: t('column.latency'),
      align: 'right',
      cell: ({ latencyMs }) => <Duration ms={latencyMs} />,
    },
    {
      id: 'firstToken',
      header: t('column.firstToken'),
      align: 'right',
      cell: ({ firstTokenMs }) => <Duration ms={firstTokenMs} />,
    },
  ];
}

/** The figures in one line, as a phone has room for. */
function allFigures(t: Translator): Column<UsageRow> {
  return {
    id: 'figures',
    header: t('column.figures'),
    cell: (row) => (
      <>
        <CountedInput row={row} />
        {!hasUnitsOnly(row) && (
          <>
            {' → '}
            <CountedOutput row={row} />
          </>
        )}
        {row.cost !== null && (
          <>
            {' · '}
            <Money micros={row.cost} />
          </>
        )}
        {' · '}
        <Duration ms={row.latencyMs} />
      </>
    ),
  };
}

function Duration({ ms }: { ms: number | null }) {
  return <span className={classes.duration}>{ms === null ? '–' : formatDuration(ms)}</span>;
}

/** A name with a lesser one below it. */
function Pair({ first, second }: { first: string; second?: string | undefined }) {
  return (
    <div className={classes.pair}>
      <div title={first}>{first}</div>
      {second !== undefined && (
        <Text component="div" fz="xs" c="dimmed" title={second}>
          {second}
        </Text>
      )}
    </div>
  );
}
