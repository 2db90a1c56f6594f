import { Progress, Text, Tooltip } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { KeyView } from '#shared/schemas/keys.ts';
import { formatMicros } from '../../lib/format.ts';
import classes from './keys.module.css';
import { quotaTone } from './quota-tone.ts';

const COLOURS = { calm: 'petrol', near: 'yellow', close: 'red' } as const;

/** What a key spent of its budgets, and what is left of each. */
export function BudgetBars({ apiKey }: { apiKey: KeyView }) {
  const { t } = useTranslation('keys');
  const { costPerDay, costPerMonth, costToday, costThisMonth, zone } = apiKey;
  if (costPerDay === null && costPerMonth === null) {
    return (
      <Text component="span" c="dimmed" className={classes.nowrap}>
        {t('budget.none')}
      </Text>
    );
  }
  return (
    <>
      {costPerDay !== null && (
        <Budget period="day" used={costToday} limit={costPerDay} zone={zone} />
      )}
      {costPerMonth !== null && (
        <Budget period="month" used={costThisMonth} limit={costPerMonth} zone={zone} />
      )}
    </>
  );
}

type BudgetProps = { period: 'day' | 'month'; used: number; limit: number; zone: string };

function Budget({ period, used, limit, zone }: BudgetProps) {
  const { t } = useTranslation('keys');
  const { share, tone } = quotaTone(used, limit);
  const words = t(`budget.${period}`, { used: formatMicros(used), limit: formatMicros(limit) });
  const left = formatMicros(Math.max(0, limit - used));
  return (
    <Tooltip label={t('budget.left', { left, zone })}>
      <div className={classes.quota}>
        <span className={`gh-figures ${classes.nowrap}`}>{words}</span>
        <Progress.Root size={5} radius="xl" mt={3}>
          <Progress.Section value={share * 100} color={COLOURS[tone]} aria-label={words} withAria />
        </Progress.Root>
      </div>
    </Tooltip>
  );
}
