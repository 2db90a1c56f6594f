import { Button, Group, Select, Switch, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import {
  type KeyFilter,
  KeyScope,
  KeySort,
  KeyState,
  type KeysPage,
} from '#shared/schemas/keys.ts';
import { formatNumber } from '../../lib/format.ts';
import { useCan } from '../../lib/use-me.ts';
import { FilterBar } from '../../ui/FilterBar.tsx';
import { SearchField } from '../../ui/SearchField.tsx';
import { UserSelect } from '../users/UserSelect.tsx';
import { countFilters, type ListSort, totalOf } from './use-keys-list.ts';
import { useScopeOptions } from './use-scopes.ts';

type KeyFiltersProps = {
  counts: KeysPage['counts'] | undefined;
  /** Offers whose keys to show. */
  everyone: boolean;
  filter: KeyFilter;
  onFilter: (filter: KeyFilter) => void;
  sort: ListSort;
  onSort: (by: KeySort) => void;
  /** Begins choosing rows; null while they are chosen. */
  onSelect: (() => void) | null;
};

/** Search, filters and order of the list of keys; the server does them all. */
export function KeyFilters(props: KeyFiltersProps) {
  const { counts, everyone, filter, onFilter, sort, onSort, onSelect } = props;
  const { t } = useTranslation(['keys', 'common']);
  const seesPeople = useCan('users.read');
  const scopes = useScopeOptions();
  const set = (change: KeyFilter) => onFilter({ ...filter, ...change });
  const total = counts && totalOf(counts, filter);
  const orders = KeySort.options.filter((by) => everyone || by !== 'owner');
  return (
    <>
      <FilterBar
        count={countFilters(filter)}
        onClear={() => onFilter({ withRevoked: filter.withRevoked })}
        search={
          <SearchField
            label={t('filter.text')}
            placeholder={t('filter.textHint')}
            value={filter.search ?? ''}
            onChange={(search) => set({ search })}
          />
        }
      >
        <Select
          label={t('filter.state')}
          placeholder={t('filter.anyState')}
          data={KeyState.options.map((value) => {
            const state = t(`common:state.${value}`);
            const label = counts ? t('filter.stateCount', { state, count: counts[value] }) : state;
            return { value, label };
          })}
          clearable
          clearButtonProps={{ 'aria-label': t('common:clear') }}
          value={filter.state ?? null}
          onChange={(state) => set({ state: KeyState.safeParse(state).data })}
        />
        <Select
          label={t('filter.scope')}
          placeholder={t('filter.anyScope')}
          data={scopes}
          clearable
          clearButtonProps={{ 'aria-label': t('common:clear') }}
          value={filter.scope ?? null}
          onChange={(scope) => set({ scope: KeyScope.safeParse(scope).data })}
        />
        {everyone && seesPeople && (
          <UserSelect
            label={t('filter.owner')}
            placeholder={t('filter.anyOwner')}
            value={filter.ownerId}
            onChange={(ownerId) => set({ ownerId })}
          />
        )}
        <Select
          label={t('sort.label')}
          data={orders.map((value) => ({ value, label: t(`sort.${value}`) }))}
          allowDeselect={false}
          value={sort.by}
          onChange={(by) => onSort(KeySort.catch('created').parse(by))}
        />
      </FilterBar>
      <Group gap="md" mb="sm">
        <Text fz="sm" c="dimmed" role="status" className="gh-figures">
          {total === undefined
            ? ''
            : t('filter.total', { count: total, total: formatNumber(total) })}
        </Text>
        {(filter.withRevoked || (counts?.revoked ?? 0) > 0) && (
          <Switch
            label={t('showRevoked')}
            checked={filter.withRevoked ?? false}
            onChange={(event) => set({ withRevoked: event.currentTarget.checked })}
          />
        )}
        {onSelect && (
          <Button size="xs" variant="default" ml="auto" onClick={onSelect}>
            {t('select.start')}
          </Button>
        )}
      </Group>
    </>
  );
}
