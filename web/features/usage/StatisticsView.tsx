import { SegmentedControl, Select, Text } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import { IconChartHistogram } from '@tabler/icons-react';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type Statistics, StatisticsBy } from '#shared/schemas/usage.ts';
import { trpc } from '../../lib/trpc.ts';
import { useCan } from '../../lib/use-me.ts';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { FilterFields } from '../../ui/FilterBar.tsx';
import { QueryBoundary } from '../../ui/QueryBoundary.tsx';
import { Section } from '../../ui/Section.tsx';
import { StatisticsTable } from './StatisticsTable.tsx';
import type { UsageChange } from './UsageFilters.tsx';
import classes from './usage.module.css';
import { STATISTICS_DAYS, type UsageSearch } from './usage-search.ts';

const SCOPES = ['all', 'mine'] as const;
/** Hours are shown of a week at most. */
const HOURLY_DAYS = 7;

type StatisticsViewProps = { search: UsageSearch; onChange: (change: UsageChange) => void };

/** Figures of whole days, told apart by what the address says. */
export function StatisticsView({ search, onChange }: StatisticsViewProps) {
  const { t } = useTranslation('usage');
  const admin = useCan('usage.read');
  const [scope, setScope] = useState<(typeof SCOPES)[number]>('all');
  const by = search.by ?? 'model';
  const days = Math.min(search.days ?? 30, by === 'hour' ? HOURLY_DAYS : 400);
  const query = useQuery(
    trpc.usage.statistics.queryOptions(
      { by, days, scope: admin ? scope : 'mine' },
      { placeholderData: keepPreviousData },
    ),
  );
  const dayChoices = STATISTICS_DAYS.filter((each) => by !== 'hour' || each <= HOURLY_DAYS);
  return (
    <>
      <FilterFields>
        <By by={by} admin={admin} onChange={onChange} />
        <Select
          label={t('statistics.days')}
          allowDeselect={false}
          value={String(days)}
          onChange={(value) =>
            onChange({ days: STATISTICS_DAYS.find((each) => String(each) === value) })
          }
          data={dayChoices.map((each) => ({
            value: String(each),
            label: t(`statistics.dayCounts.d${each}`),
          }))}
        />
        {admin && (
          <SegmentedControl
            aria-label={t('statistics.scope')}
            value={scope}
            onChange={setScope}
            data={SCOPES.map((value) => ({ value, label: t(`statistics.scopes.${value}`) }))}
          />
        )}
      </FilterFields>
      {query.data && (
        <Text fz="sm" c="dimmed" mb="xs" role="status">
          {t('statistics.zone', { zone: query.data.zone })}
          {query.data.cut && ` ${t('statistics.cut')}`}
        </Text>
      )}
      <Section flush>
        <div aria-busy={query.isPlaceholderData} className={classes.statistics}>
          <QueryBoundary query={query} isEmpty={isEmpty} empty={<Empty />}>
            {(statistics) => <StatisticsTable key={by} by={by} statistics={statistics} />}
          </QueryBoundary>
        </div>
      </Section>
    </>
  );
}

type ByProps = { by: StatisticsBy; admin: boolean; onChange: (change: UsageChange) => void };

/** Tabs where there is room for them. */
function By({ by, admin, onChange }: ByProps) {
  const { t } = useTranslation('usage');
  const narrow = useMediaQuery('(max-width: 1100px)', false, { getInitialValueInEffect: false });
  const options = StatisticsBy.options.filter((each) => admin || each !== 'user');
  const data = options.map((value) => ({ value, label: t(`statistics.bys.${value}`) }));
  const choose = (value: string | null) => onChange({ by: StatisticsBy.safeParse(value).data });
  if (narrow) {
    return (
      <Select
        label={t('statistics.by')}
        allowDeselect={false}
        value={by}
        onChange={choose}
        data={data}
      />
    );
  }
  return (
    <SegmentedControl
      className={classes.wide}
      aria-label={t('statistics.by')}
      value={by}
      onChange={choose}
      data={data}
    />
  );
}

const isEmpty = ({ totals }: Statistics) => totals.requests === 0;

function Empty() {
  const { t } = useTranslation('usage');
  return (
    <EmptyState
      icon={IconChartHistogram}
      title={t('statistics.emptyTitle')}
      text={t('statistics.emptyText')}
    />
  );
}
