import { Button, Collapse, Select } from '@mantine/core';
import { useDisclosure, useMediaQuery } from '@mantine/hooks';
import { IconAdjustmentsHorizontal, IconX } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { AUDIT_ACTIONS, AuditAction } from '#shared/schemas/audit.ts';
import { UserSelect } from '../users/UserSelect.tsx';
import classes from './audit.module.css';
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

/** What narrows the log. On phones behind a button. */
export function AuditFilters({ search, onChange }: AuditFiltersProps) {
  const { t } = useTranslation('audit');
  const phone = useMediaQuery('(max-width: 600px)', false, { getInitialValueInEffect: false });
  const [opened, { toggle }] = useDisclosure(false);
  const count = countFilters(search);
  const fields = <Fields search={search} onChange={onChange} />;
  if (!phone) return fields;
  return (
    <>
      <Button
        variant="default"
        fullWidth
        mb="sm"
        aria-expanded={opened}
        leftSection={<IconAdjustmentsHorizontal size={16} stroke={1.7} />}
        onClick={toggle}
      >
        {count === 0 ? t('filter.show') : t('filter.showCount', { count })}
      </Button>
      <Collapse expanded={opened}>{fields}</Collapse>
    </>
  );
}

function Fields({ search, onChange }: AuditFiltersProps) {
  const { t } = useTranslation('audit');
  return (
    <search className={classes.filters} aria-label={t('filter.label')}>
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
        nothingFoundMessage={t('filter.noMatch')}
        value={search.action ?? null}
        onChange={(action) => onChange({ action: AuditAction.safeParse(action).data })}
        data={AUDIT_ACTIONS.map((value) => ({ value, label: actionName(t, value) }))}
      />
      <TargetField value={search.target} onChange={(target) => onChange({ target })} />
      {countFilters(search) > 0 && (
        <div>
          <Button
            variant="subtle"
            color="gray"
            leftSection={<IconX size={15} />}
            onClick={() => onChange(NOTHING)}
          >
            {t('filter.clear')}
          </Button>
        </div>
      )}
    </search>
  );
}
