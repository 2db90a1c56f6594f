import { Text } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import type { TFunction } from 'i18next';
import { useTranslation } from 'react-i18next';
import type { UsageRow } from '#shared/schemas/usage.ts';
import { formatDuration, formatStamp } from '../../lib/format.ts';
import { type Column, DataTable } from '../../ui/DataTable.tsx';
import { Money } from '../../ui/figures.tsx';
import { OutcomeBadge } from './OutcomeBadge.tsx';
import { TokenCount } from './TokenCount.tsx';
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
      cell: ({ model, platformId }) => <Pair first={model} second={platformId ?? undefined} />,
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
      cell: (row) => <TokenCount count={row.inputTokens} estimated={row.estimated} />,
    },
    {
      id: 'output',
      header: t('column.output'),
      align: 'right',
      cell: (row) => <TokenCount count={row.outputTokens} estimated={row.estimated} />,
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
    cell: ({ inputTokens, outputTokens, estimated, cost, latencyMs }) => (
      <>
        <TokenCount count={inputTokens} estimated={estimated} />
        {' → '}
        <TokenCount count={outputTokens} estimated={estimated} />
        {cost !== null && (
          <>
            {' · '}
            <Money micros={cost} />
          </>
        )}
        {' · '}
        <Duration ms={latencyMs} />
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
