import { Select, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { OutcomeFilter, UsageOperation } from '#shared/schemas/usage.ts';
import { trpc } from '../../lib/trpc.ts';
import { useCan } from '../../lib/use-me.ts';
import { FilterBar } from '../../ui/FilterBar.tsx';
import { KeySelect } from '../keys/KeySelect.tsx';
import { UserSelect } from '../users/UserSelect.tsx';
import { fromLocalTime, toLocalTime } from './local-time.ts';
import { filtersOf, UsageRange, type UsageSearch } from './usage-search.ts';

/** A change of the address; undefined takes a filter away. */
export type UsageChange = { [Field in keyof UsageSearch]?: UsageSearch[Field] | undefined };

type UsageFiltersProps = { search: UsageSearch; onChange: (change: UsageChange) => void };

const NOTHING: UsageChange = {
  range: undefined,
  from: undefined,
  to: undefined,
  model: undefined,
  key: undefined,
  user: undefined,
  account: undefined,
  outcome: undefined,
  operation: undefined,
};

/** What narrows the list. */
export function UsageFilters({ search, onChange }: UsageFiltersProps) {
  const { t } = useTranslation(['usage', 'common']);
  const admin = useCan('usage.read');
  const filters = Object.values(filtersOf(search));
  const count = filters.filter((value) => value !== undefined).length;
  return (
    <FilterBar count={count} onClear={() => onChange(NOTHING)}>
      <TimeFields search={search} onChange={onChange} />
      <ModelField search={search} onChange={onChange} />
      <KeyField search={search} onChange={onChange} />
      {admin && <UserField search={search} onChange={onChange} />}
      {admin && search.account && <AccountField search={search} onChange={onChange} />}
      <Select
        label={t('filter.outcome')}
        placeholder={t('filter.anyOutcome')}
        clearable
        value={search.outcome ?? null}
        onChange={(outcome) => onChange({ outcome: OutcomeFilter.safeParse(outcome).data })}
        data={OutcomeFilter.options.map((value) => ({ value, label: t(`common:state.${value}`) }))}
      />
      <Select
        label={t('filter.operation')}
        placeholder={t('filter.anyOperation')}
        clearable
        value={search.operation ?? null}
        onChange={(operation) => onChange({ operation: UsageOperation.safeParse(operation).data })}
        data={UsageOperation.options.map((value) => ({ value, label: t(`operations.${value}`) }))}
      />
    </FilterBar>
  );
}

const CUSTOM = 'custom';

function TimeFields({ search, onChange }: UsageFiltersProps) {
  const { t } = useTranslation('usage');
  const custom = !search.range && (search.from !== undefined || search.to !== undefined);
  const choose = (value: string | null) => {
    const range = UsageRange.safeParse(value).data;
    const today = new Date();
    today.setHours(0, 0, 0, 0);
    const from = value === CUSTOM ? today.toISOString() : undefined;
    onChange({ range, from, to: undefined });
  };
  return (
    <>
      <Select
        label={t('filter.range')}
        placeholder={t('filter.ranges.any')}
        clearable
        value={custom ? CUSTOM : (search.range ?? null)}
        onChange={choose}
        data={[...UsageRange.options, CUSTOM].map((value) => ({
          value,
          label: t(`filter.ranges.${value as UsageRange | typeof CUSTOM}`),
        }))}
      />
      {custom && (
        <>
          <TextInput
            type="datetime-local"
            label={t('filter.from')}
            value={toLocalTime(search.from)}
            onChange={(event) => onChange({ from: fromLocalTime(event.currentTarget.value) })}
          />
          <TextInput
            type="datetime-local"
            label={t('filter.to')}
            value={toLocalTime(search.to)}
            onChange={(event) => onChange({ to: fromLocalTime(event.currentTarget.value) })}
          />
        </>
      )}
    </>
  );
}

type Choice = { value: string; label: string };

type ChoiceFieldProps = {
  label: string;
  any: string;
  value: string | undefined;
  choices: readonly Choice[];
  onChange: (value: string | undefined) => void;
};

/** One of many; a value that is no longer among them stays choosable, as old requests still have it. */
function ChoiceField({ label, any, value, choices, onChange }: ChoiceFieldProps) {
  const { t } = useTranslation('common');
  const gone = value !== undefined && !choices.some((choice) => choice.value === value);
  return (
    <Select
      label={label}
      placeholder={any}
      clearable
      searchable
      limit={200}
      nothingFoundMessage={t('filters.noMatch')}
      value={value ?? null}
      onChange={(next) => onChange(next ?? undefined)}
      data={gone ? [...choices, { value, label: value }] : [...choices]}
    />
  );
}

function ModelField({ search, onChange }: UsageFiltersProps) {
  const { t } = useTranslation('usage');
  const { data = [] } = useQuery(trpc.models.available.queryOptions());
  return (
    <ChoiceField
      label={t('filter.model')}
      any={t('filter.anyModel')}
      value={search.model}
      choices={data.map(({ name }) => ({ value: name, label: name }))}
      onChange={(model) => onChange({ model })}
    />
  );
}

function KeyField({ search, onChange }: UsageFiltersProps) {
  const { t } = useTranslation('usage');
  const [seesUsage, seesKeys] = [useCan('usage.read'), useCan('keys.read')];
  return (
    <KeySelect
      label={t('filter.key')}
      placeholder={t('filter.anyKey')}
      all={seesUsage && seesKeys}
      value={search.key}
      onChange={(key) => onChange({ key })}
    />
  );
}

function UserField({ search, onChange }: UsageFiltersProps) {
  const { t } = useTranslation('usage');
  return (
    <UserSelect
      label={t('filter.user')}
      placeholder={t('filter.anyUser')}
      value={search.user}
      onChange={(user) => onChange({ user })}
    />
  );
}

function AccountField({ search, onChange }: UsageFiltersProps) {
  const { t } = useTranslation('usage');
  const { data = [] } = useQuery(trpc.accounts.list.queryOptions());
  return (
    <ChoiceField
      label={t('filter.account')}
      any={t('filter.anyAccount')}
      value={search.account}
      choices={data.map(({ id, name }) => ({ value: id, label: name }))}
      onChange={(account) => onChange({ account })}
    />
  );
}
