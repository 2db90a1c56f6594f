import { Alert, Button, Group, SegmentedControl, Skeleton, Text } from '@mantine/core';
import { useLocalStorage } from '@mantine/hooks';
import { IconChartHistogram } from '@tabler/icons-react';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { can } from '#shared/permissions.ts';
import { SummaryRange } from '#shared/schemas/usage.ts';
import { trpc } from '../../lib/trpc.ts';
import { useMe } from '../../lib/use-me.ts';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { RelativeTime } from '../../ui/figures.tsx';
import { PageHeader } from '../../ui/PageHeader.tsx';
import { QueryBoundary } from '../../ui/QueryBoundary.tsx';
import { Section } from '../../ui/Section.tsx';
import { MyLimits } from '../quotas/MyLimits.tsx';
import { GettingStarted } from '../setup/GettingStarted.tsx';
import classes from './dashboard.module.css';
import { Figures } from './Figures.tsx';

const REFRESH_MS = 15_000;
const SCOPES = ['mine', 'all'] as const;

/** Reads a kept choice; what is not one of the choices counts as not chosen. */
function kept<Choice extends string>(choices: readonly Choice[], fallback: Choice) {
  return {
    defaultValue: fallback,
    getInitialValueInEffect: false,
    serialize: (choice: Choice) => choice,
    deserialize: (text: string | undefined) => choices.find((each) => each === text) ?? fallback,
  };
}

/** What went through the gateway lately, refreshed by itself. */
export function DashboardPage() {
  const { t } = useTranslation('dashboard');
  const me = useMe();
  const admin = can(me, 'usage.read');
  const [range, setRange] = useLocalStorage({
    key: 'gatehouse.dashboard.range',
    ...kept(SummaryRange.options, 'day'),
  });
  const [wanted, setScope] = useLocalStorage({
    key: 'gatehouse.dashboard.scope',
    ...kept(SCOPES, 'all'),
  });
  const scope = admin ? wanted : 'mine';
  const query = useQuery(
    trpc.usage.summary.queryOptions(
      { range, scope },
      { refetchInterval: REFRESH_MS, staleTime: REFRESH_MS / 2, placeholderData: keepPreviousData },
    ),
  );
  const search = { range, ...(admin && scope === 'mine' ? { user: me.id } : {}) };
  return (
    <>
      <PageHeader
        title={t('title')}
        actions={
          <>
            {admin && (
              <SegmentedControl
                aria-label={t('scope')}
                value={scope}
                onChange={setScope}
                data={SCOPES.map((value) => ({ value, label: t(`scopes.${value}`) }))}
              />
            )}
            <SegmentedControl
              aria-label={t('range')}
              value={range}
              onChange={setRange}
              data={SummaryRange.options.map((value) => ({ value, label: t(`ranges.${value}`) }))}
            />
          </>
        }
      />
      <GettingStarted />
      <MyLimits />
      {query.data && query.error && !query.isFetching && (
        <Alert color="yellow" variant="light" mb="md" role="status">
          {t('stale')}
        </Alert>
      )}
      <div aria-busy={query.isPlaceholderData} className={classes.figures}>
        <QueryBoundary
          query={query}
          loading={<Loading />}
          isEmpty={({ totals }) => totals.requests === 0}
          empty={<Empty />}
        >
          {(summary) => <Figures summary={summary} range={range} search={search} />}
        </QueryBoundary>
      </div>
      {query.dataUpdatedAt > 0 && (
        <Text fz="xs" c="dimmed" mt="md" ta="right">
          {t('updated')} <RelativeTime iso={new Date(query.dataUpdatedAt).toISOString()} />
        </Text>
      )}
    </>
  );
}

function Empty() {
  const { t } = useTranslation('dashboard');
  return (
    <Section>
      <EmptyState
        icon={IconChartHistogram}
        title={t('empty.title')}
        text={t('empty.text')}
        action={
          <Group gap="xs" justify="center">
            <Button renderRoot={(props) => <Link {...props} to="/playground" />}>
              {t('empty.playground')}
            </Button>
            <Button variant="default" renderRoot={(props) => <Link {...props} to="/keys" />}>
              {t('empty.keys')}
            </Button>
          </Group>
        }
      />
    </Section>
  );
}

function Loading() {
  const { t } = useTranslation('common');
  return (
    <div role="status" aria-label={t('loading')}>
      <Skeleton height={104} radius="lg" mb="md" />
      <div className={classes.charts}>
        {['requests', 'tokens', 'latency', 'models'].map((chart) => (
          <Skeleton key={chart} height={318} radius="lg" />
        ))}
      </div>
    </div>
  );
}
