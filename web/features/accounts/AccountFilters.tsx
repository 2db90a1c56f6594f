import { Group, Select, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { SearchField } from '../../ui/SearchField.tsx';
import { type AccountFilter, isOpen } from './filter-accounts.ts';

type AccountFiltersProps = {
  filter: AccountFilter;
  onChange: (filter: AccountFilter) => void;
  platforms: readonly { value: string; label: string }[];
  shown: number;
  total: number;
};

/** Text and platform above the table, and how many accounts all filters leave. */
export function AccountFilters(props: AccountFiltersProps) {
  const { filter, onChange, platforms, shown, total } = props;
  const { t } = useTranslation(['accounts', 'common']);
  return (
    <Group gap="xs" mb="sm">
      <SearchField
        label={t('filter.text')}
        placeholder={t('filter.textHint')}
        value={filter.text}
        onChange={(text) => onChange({ ...filter, text })}
      />
      <Select
        aria-label={t('filter.platform')}
        placeholder={t('filter.anyPlatform')}
        data={[...platforms]}
        value={filter.platformId}
        onChange={(platformId) => onChange({ ...filter, platformId })}
        clearable
        clearButtonProps={{ 'aria-label': t('common:clear') }}
        searchable={platforms.length > 8}
        style={{ flex: '0 1 170px' }}
      />
      <Text fz="sm" c="dimmed" ml="auto" role="status" className="gh-figures">
        {isOpen(filter) ? '' : t('filter.shown', { shown, total })}
      </Text>
    </Group>
  );
}
