import { Button, Group, Select, Switch, Text } from '@mantine/core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import {
  type KeyFilter,
  KeyScope,
  KeySort,
  KeyState,
  type KeysPage,
} from '#shared/schemas/keys.ts';
import { trpc } from '../../lib/trpc.ts';
import { useCan } from '../../lib/use-me.ts';
import { FoundSelect, useTyped } from '../../ui/FoundSelect.tsx';
import { SearchField } from '../../ui/SearchField.tsx';
import { type ListSort, totalOf } from './use-keys-list.ts';
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
  const orders = KeySort.options.filter((by) => everyone || by !== 'owner');
  return (
    <Group gap="xs" mb="sm">
      <SearchField
        label={t('filter.text')}
        placeholder={t('filter.textHint')}
        value={filter.search ?? ''}
        onChange={(search) => set({ search })}
      />
      <Select
        aria-label={t('filter.state')}
        placeholder={t('filter.anyState')}
        data={KeyState.options.map((value) => {
          const state = t(`common:state.${value}`);
          const label = counts ? t('filter.stateCount', { state, count: counts[value] }) : state;
          return { value, label };
        })}
        clearable
        w={140}
        value={filter.state ?? null}
        onChange={(state) => set({ state: KeyState.safeParse(state).data })}
      />
      <Select
        aria-label={t('filter.scope')}
        placeholder={t('filter.anyScope')}
        data={scopes}
        clearable
        w={124}
        value={filter.scope ?? null}
        onChange={(scope) => set({ scope: KeyScope.safeParse(scope).data })}
      />
      {everyone && seesPeople && (
        <OwnerField filter={filter} onChange={(ownerId) => set({ ownerId })} />
      )}
      <Select
        aria-label={t('sort.label')}
        data={orders.map((value) => ({ value, label: t(`sort.${value}`) }))}
        allowDeselect={false}
        w={145}
        value={sort.by}
        onChange={(by) => onSort(KeySort.catch('created').parse(by))}
      />
      {(filter.withRevoked || (counts?.revoked ?? 0) > 0) && (
        <Switch
          label={t('showRevoked')}
          checked={filter.withRevoked ?? false}
          onChange={(event) => set({ withRevoked: event.currentTarget.checked })}
        />
      )}
      <Group gap="xs" ml="auto" wrap="nowrap">
        <Text fz="sm" c="dimmed" role="status" className="gh-figures">
          {counts ? t('filter.total', { count: totalOf(counts, filter) }) : ''}
        </Text>
        {onSelect && (
          <Button size="xs" variant="default" onClick={onSelect}>
            {t('select.start')}
          </Button>
        )}
      </Group>
    </Group>
  );
}

type OwnerFieldProps = { filter: KeyFilter; onChange: (id: string | undefined) => void };

/** Among everybody, whether they have keys or not. */
function OwnerField({ filter: { ownerId: value }, onChange }: OwnerFieldProps) {
  const { t } = useTranslation('keys');
  const [search, onType] = useTyped();
  const found = useQuery(
    trpc.users.names.queryOptions({ search }, { placeholderData: keepPreviousData }),
  );
  const chosen = useQuery(
    trpc.users.names.queryOptions({ ids: value ? [value] : [] }, { enabled: value !== undefined }),
  );
  const option = ({ id, username }: { id: string; username: string }) => ({
    value: id,
    label: username,
  });
  return (
    <FoundSelect
      label={t('filter.owner')}
      hideLabel
      placeholder={t('filter.anyOwner')}
      w={128}
      value={value}
      onChange={onChange}
      onType={onType}
      found={(found.data ?? []).map(option)}
      chosen={(chosen.data ?? []).map(option)}
    />
  );
}
