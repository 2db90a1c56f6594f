import { Button, SegmentedControl } from '@mantine/core';
import { IconRefresh } from '@tabler/icons-react';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { ExportMenu } from '../../ui/ExportMenu.tsx';
import { PageHeader } from '../../ui/PageHeader.tsx';
import { RequestsView } from './RequestsView.tsx';
import { StatisticsView } from './StatisticsView.tsx';
import { UsageDrawer } from './UsageDrawer.tsx';
import type { UsageChange } from './UsageFilters.tsx';
import { readUsageSearch, toUsageFilter } from './usage-search.ts';
import { useUsageList } from './use-usage-list.ts';

const route = getRouteApi('/shell/usage');
const VIEWS = ['list', 'statistics'] as const;

/** Every request with its details, or their sums; the address holds the choices and the open request. */
export function UsagePage() {
  const { t } = useTranslation(['usage', 'common']);
  // NOTE: the router hands on what the route's own check has left out, as it may be a parent's.
  const search = readUsageSearch(route.useSearch());
  const navigate = useNavigate({ from: '/usage' });
  const statistics = search.view === 'statistics';
  const list = useUsageList(search, !statistics);

  const change = (next: UsageChange, replace = true) =>
    void navigate({
      search: (before) => readUsageSearch({ ...before, ...next }),
      replace,
      resetScroll: false,
    });

  return (
    <>
      <PageHeader
        title={t('title')}
        subtitle={t('subtitle')}
        actions={
          <>
            <SegmentedControl
              aria-label={t('view')}
              value={search.view ?? 'list'}
              onChange={(view) => change({ view: view === 'statistics' ? view : undefined }, false)}
              data={VIEWS.map((value) => ({ value, label: t(`views.${value}`) }))}
            />
            {!statistics && (
              <ExportMenu name="usage" filter={() => toUsageFilter(search, Date.now())} />
            )}
            {!statistics && (
              <Button
                variant="default"
                leftSection={<IconRefresh size={16} stroke={1.7} />}
                loading={list.isRefreshing}
                onClick={list.refresh}
              >
                {t('common:refresh')}
              </Button>
            )}
          </>
        }
      />
      {statistics ? (
        <StatisticsView search={search} onChange={change} />
      ) : (
        <RequestsView
          search={search}
          list={list}
          onChange={change}
          onOpen={(id) => change({ id }, false)}
        />
      )}
      <UsageDrawer id={search.id} onClose={() => change({ id: undefined })} />
    </>
  );
}
