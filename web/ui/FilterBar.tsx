import { Button, Collapse } from '@mantine/core';
import { useDisclosure, useMediaQuery } from '@mantine/hooks';
import { IconAdjustmentsHorizontal, IconX } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import classes from './FilterBar.module.css';

type FilterBarProps = {
  /** How many filters narrow the list. */
  count: number;
  onClear: () => void;
  /** Before the others, and in sight on phones too. */
  search?: ReactNode;
  children: ReactNode;
};

/** Fields that narrow a list, side by side. On phones behind a button. */
export function FilterBar({ count, onClear, search, children }: FilterBarProps) {
  const { t } = useTranslation('common');
  const phone = useMediaQuery('(max-width: 600px)', false, { getInitialValueInEffect: false });
  const [opened, { toggle }] = useDisclosure(false);
  const fields = (
    <FilterFields>
      {!phone && search && <div className={classes.found}>{search}</div>}
      {children}
      {count > 0 && (
        <div>
          <Button variant="subtle" color="gray" leftSection={<IconX size={15} />} onClick={onClear}>
            {t('filters.clear')}
          </Button>
        </div>
      )}
    </FilterFields>
  );
  if (!phone) return fields;
  return (
    <>
      {search && <div className={classes.search}>{search}</div>}
      <Button
        variant="default"
        fullWidth
        mb="sm"
        aria-expanded={opened}
        leftSection={<IconAdjustmentsHorizontal size={16} stroke={1.7} />}
        onClick={toggle}
      >
        {count === 0 ? t('filters.label') : t('filters.count', { count })}
      </Button>
      <Collapse expanded={opened}>{fields}</Collapse>
    </>
  );
}

/** Fields that choose what is shown, side by side. */
export function FilterFields({ children }: { children: ReactNode }) {
  const { t } = useTranslation('common');
  return (
    <search className={classes.filters} aria-label={t('filters.label')}>
      {children}
    </search>
  );
}
