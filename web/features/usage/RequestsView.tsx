import { IconChartHistogram } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { useCan } from '../../lib/use-me.ts';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { PagedSection } from '../../ui/PagedSection.tsx';
import { type UsageChange, UsageFilters } from './UsageFilters.tsx';
import { UsageTable } from './UsageTable.tsx';
import { isFiltered, type UsageSearch } from './usage-search.ts';
import type { UsageList } from './use-usage-list.ts';

type RequestsViewProps = {
  search: UsageSearch;
  list: UsageList;
  onChange: (change: UsageChange) => void;
  onOpen: (id: string) => void;
};

/** Every request that fits the filters, newest first. */
export function RequestsView({ search, list, onChange, onOpen }: RequestsViewProps) {
  const { t } = useTranslation('usage');
  const admin = useCan('usage.read');
  return (
    <>
      <UsageFilters search={search} onChange={onChange} />
      <PagedSection
        pages={list}
        empty={<Empty filtered={isFiltered(search)} />}
        shown={(count) => t('shown', { count })}
      >
        {(rows, more) => (
          <UsageTable rows={rows} withUser={admin} onOpen={({ id }) => onOpen(id)} {...more} />
        )}
      </PagedSection>
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
