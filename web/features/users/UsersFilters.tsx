import { Select } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { TRUST_LEVELS } from '#shared/schemas/quotas.ts';
import { UserState } from '#shared/schemas/users.ts';
import { FilterBar } from '../../ui/FilterBar.tsx';
import { SearchField } from '../../ui/SearchField.tsx';
import { useRoleOptions } from './use-role-options.ts';
import { countFilters, type ListFilter, UNSEEN_DAYS, type UsersList } from './use-users-list.ts';

type UsersFiltersProps = {
  filter: ListFilter;
  counts: UsersList['counts'];
  onChange: (filter: ListFilter) => void;
};

/** Search and filters over the list of people; the server narrows it. */
export function UsersFilters({ filter, counts, onChange }: UsersFiltersProps) {
  const { t } = useTranslation(['users', 'common']);
  const roles = useRoleOptions();
  const set = (change: ListFilter) => onChange({ ...filter, ...change });
  return (
    <FilterBar
      count={countFilters(filter)}
      onClear={() => onChange({})}
      search={
        <SearchField
          label={t('filter.text')}
          placeholder={t('filter.textHint')}
          value={filter.search ?? ''}
          onChange={(search) => set({ search })}
        />
      }
    >
      <Choice
        label={t('filter.state')}
        any={t('filter.anyState')}
        value={filter.state}
        data={UserState.options.map((value) => ({
          value,
          label: counts
            ? t('filter.stateCount', { state: t(`common:state.${value}`), count: counts[value] })
            : t(`common:state.${value}`),
        }))}
        onChange={(state) => set({ state: UserState.safeParse(state).data })}
      />
      <Choice
        label={t('filter.role')}
        any={t('filter.anyRole')}
        value={filter.role}
        data={roles.map(({ label, value }) => ({ label, value }))}
        onChange={(role) => set({ role: role ?? undefined })}
      />
      <Choice
        label={t('filter.level')}
        any={t('filter.anyLevel')}
        value={filter.trustLevel?.toString()}
        data={TRUST_LEVELS.map((level) => ({ value: `${level}`, label: t('level', { level }) }))}
        onChange={(level) => set({ trustLevel: level === null ? undefined : Number(level) })}
      />
      <Choice
        label={t('filter.factor')}
        any={t('filter.anyFactor')}
        value={filter.secondFactor}
        data={(['yes', 'no'] as const).map((value) => ({
          value,
          label: t(`filter.factors.${value}`),
        }))}
        onChange={(value) =>
          set({ secondFactor: value === 'yes' || value === 'no' ? value : undefined })
        }
      />
      <Choice
        label={t('filter.unseen')}
        any={t('filter.anyUnseen')}
        value={filter.unseenDays?.toString()}
        data={UNSEEN_DAYS.map((count) => ({
          value: `${count}`,
          label: t('filter.unseenDays', { count }),
        }))}
        onChange={(days) => set({ unseenDays: days === null ? undefined : Number(days) })}
      />
    </FilterBar>
  );
}

type ChoiceProps = {
  label: string;
  any: string;
  value: string | undefined;
  data: { value: string; label: string }[];
  onChange: (value: string | null) => void;
};

function Choice({ any, data, label, onChange, value }: ChoiceProps) {
  const { t } = useTranslation('common');
  return (
    <Select
      label={label}
      placeholder={any}
      clearable
      clearButtonProps={{ 'aria-label': t('clear') }}
      data={data}
      value={value ?? null}
      onChange={onChange}
    />
  );
}
