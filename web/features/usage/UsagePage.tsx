import { Button, Text } from '@mantine/core';
import { IconChartHistogram, IconRefresh } from '@tabler/icons-react';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { useMe } from '../../lib/use-me.ts';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { PageHeader } from '../../ui/PageHeader.tsx';
import { QueryBoundary } from '../../ui/QueryBoundary.tsx';
import { Section } from '../../ui/Section.tsx';
import { UsageDrawer } from './UsageDrawer.tsx';
import { type UsageChange, UsageFilters } from './UsageFilters.tsx';
import { UsageTable } from './UsageTable.tsx';
import { isFiltered, readUsageSearch } from './usage-search.ts';
import { useUsageList } from './use-usage-list.ts';

const route = getRouteApi('/shell/usage');

/** Every request with its details; the address holds the filters and the open request. */
export function UsagePage() {
  const { t } = useTranslation(['usage', 'common']);
  const admin = useMe().role === 'admin';
  // NOTE: the router hands on what the route's own check has left out, as it may be a parent's.
  const search = readUsageSearch(route.useSearch());
  const navigate = useNavigate({ from: '/usage' });
  const list = useUsageList(search);
  const { rows, more } = list;

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
          <Button
            variant="default"
            leftSection={<IconRefresh size={16} stroke={1.7} />}
            loading={list.isRefreshing}
            onClick={list.refresh}
          >
            {t('common:refresh')}
          </Button>
        }
      />
      <UsageFilters search={search} onChange={change} />
      <Section flush>
        <QueryBoundary
          query={{ ...list, data: rows }}
          empty={<Empty filtered={isFiltered(search)} />}
        >
          {(shown) => (
            <UsageTable
              rows={shown}
              withUser={admin}
              onOpen={({ id }) => change({ id }, false)}
              {...(more ? { more } : {})}
            />
          )}
        </QueryBoundary>
      </Section>
      {rows && rows.length > 0 && (
        <Text fz="xs" c="dimmed" mt="xs" role="status">
          {t('shown', { count: rows.length })}
        </Text>
      )}
      <UsageDrawer id={search.id} onClose={() => change({ id: undefined })} />
    </>
  );
}

function Empty({ filtered }: { filtered: boolean }) {
  const { t } = useTranslation('usage');
  return (
    <EmptyState
      icon={IconChartHistogram}
      title={t(filtered ? 'empty.filteredTitle' : 'empty.title')}
      text={t(filtered ? 'empty.filteredText' : 'empty.text')}
    />
  );
}
