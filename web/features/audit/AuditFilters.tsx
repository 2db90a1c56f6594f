import { Select } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { AUDIT_ACTIONS, AuditAction } from '#shared/schemas/audit.ts';
import { FilterBar } from '../../ui/FilterBar.tsx';
import { UserSelect } from '../users/UserSelect.tsx';
import { AuditRange, type AuditSearch, countFilters } from './audit-search.ts';
import { actionName } from './audit-words.ts';
import { TargetField } from './TargetField.tsx';

type AuditFiltersProps = { search: AuditSearch; onChange: (change: AuditSearch) => void };

const NOTHING: AuditSearch = {
  range: undefined,
  actor: undefined,
  action: undefined,
  target: undefined,
};

/** What narrows the log. */
export function AuditFilters({ search, onChange }: AuditFiltersProps) {
  const { t } = useTranslation(['audit', 'common']);
  return (
    <FilterBar count={countFilters(search)} onClear={() => onChange(NOTHING)}>
      <Select
        label={t('filter.range')}
        placeholder={t('filter.ranges.any')}
        clearable
        value={search.range ?? null}
        onChange={(value) => onChange({ range: AuditRange.safeParse(value).data })}
        data={AuditRange.options.map((value) => ({ value, label: t(`filter.ranges.${value}`) }))}
      />
      <UserSelect
        label={t('filter.actor')}
        placeholder={t('filter.anyActor')}
        value={search.actor}
        onChange={(actor) => onChange({ actor })}
      />
      <Select
        label={t('filter.action')}
        placeholder={t('filter.anyAction')}
        clearable
        searchable
        nothingFoundMessage={t('common:filters.noMatch')}
        value={search.action ?? null}
        onChange={(action) => onChange({ action: AuditAction.safeParse(action).data })}
        data={AUDIT_ACTIONS.map((value) => ({ value, label: actionName(t, value) }))}
      />
      <TargetField value={search.target} onChange={(target) => onChange({ target })} />
    </FilterBar>
  );
}
