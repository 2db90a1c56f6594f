import { UnstyledButton } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { AccountState } from '#shared/schemas/accounts.ts';
import { formatNumber } from '../../lib/format.ts';
import { StateBadge } from '../../ui/StateBadge.tsx';
import classes from './accounts.module.css';
import { STATES } from './count-states.ts';

type StateCountsProps = {
  counts: Readonly<Record<AccountState, number>>;
  total: number;
  /** The state that alone is shown; null = all. */
  chosen: AccountState | null;
  onChoose: (state: AccountState | null) => void;
};

/** How many accounts are in each state; a press shows only those, another one all again. */
export function StateCounts({ counts, total, chosen, onChoose }: StateCountsProps) {
  const { t } = useTranslation('accounts');
  return (
    <fieldset className={classes.counts}>
      <legend className={classes.hidden}>{t('board.counts.label')}</legend>
      <UnstyledButton
        className={classes.count}
        aria-pressed={chosen === null}
        onClick={() => onChoose(null)}
      >
        {t('board.counts.all')} <b className="gh-figures">{formatNumber(total)}</b>
      </UnstyledButton>
      {STATES.map((state) => (
        <UnstyledButton
          key={state}
          className={classes.count}
          aria-pressed={chosen === state}
          onClick={() => onChoose(chosen === state ? null : state)}
        >
          <StateBadge state={state} /> <b className="gh-figures">{formatNumber(counts[state])}</b>
        </UnstyledButton>
      ))}
    </fieldset>
  );
}
