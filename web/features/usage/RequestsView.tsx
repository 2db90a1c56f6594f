import { Text } from '@mantine/core';
import { IconChartHistogram } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { useCan } from '../../lib/use-me.ts';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { QueryBoundary } from '../../ui/QueryBoundary.tsx';
import { Section } from '../../ui/Section.tsx';
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
  const { rows, more } = list;
  return (
    <>
      <UsageFilters search={search} onChange={onChange} />
      <Section flush>
        <QueryBoundary
          query={{ ...list, data: rows }}
          empty={<Empty filtered={isFiltered(search)} />}
        >
          {(shown) => (
            <UsageTable
              rows={shown}
              withUser={admin}
              onOpen={({ id }) => onOpen(id)}
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
