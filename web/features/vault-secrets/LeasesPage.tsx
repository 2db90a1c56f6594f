import { Button } from '@mantine/core';
import { IconListDetails, IconRefresh } from '@tabler/icons-react';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { ExportMenu } from '../../ui/ExportMenu.tsx';
import { PagedSection } from '../../ui/PagedSection.tsx';
import { PageHeader } from '../../ui/PageHeader.tsx';
import { LeaseFilters } from './LeaseFilters.tsx';
import { LeasesTable } from './LeasesTable.tsx';
import {
  countLeaseFilters,
  type LeaseSearch,
  readLeaseSearch,
  toLeaseFilter,
} from './lease-search.ts';
import { useLeaseList } from './use-lease-list.ts';

const route = getRouteApi('/shell/leases');

/** Who leased which token when; the address holds the filters. */
export function LeasesPage() {
  const { t } = useTranslation(['vaultSecrets', 'common']);
  const search = readLeaseSearch(route.useSearch());
  const navigate = useNavigate({ from: '/leases' });
  const list = useLeaseList(search);

  const change = (next: LeaseSearch) =>
    void navigate({
      search: (before) => readLeaseSearch({ ...before, ...next }),
      replace: true,
      resetScroll: false,
    });

  return (
    <>
      <PageHeader
        title={t('leases.title')}
        subtitle={t('leases.subtitle')}
        actions={
          <>
            <ExportMenu name="leases" filter={() => toLeaseFilter(search, Date.now())} />
            <Button
              variant="default"
              leftSection={<IconRefresh size={16} stroke={1.7} />}
              loading={list.isRefreshing}
              onClick={list.refresh}
            >
              {t('common:refresh')}
            </Button>
          </>
        }
      />
      <LeaseFilters search={search} onChange={change} />
      <PagedSection
        pages={list}
        empty={<Empty filtered={countLeaseFilters(search) > 0} />}
        shown={(count) => t('leases.shown', { count })}
      >
        {(rows, more) => <LeasesTable rows={rows} {...more} />}
      </PagedSection>
    </>
  );
}

function Empty({ filtered }: { filtered: boolean }) {
  const { t } = useTranslation('vaultSecrets');
  return (
    <EmptyState
      icon={IconListDetails}
      title={t(filtered ? 'leases.filteredTitle' : 'leases.empty')}
      text={t(filtered ? 'leases.filteredText' : 'leases.emptyText')}
    />
  );
}
