import { NumberInput, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { QuotaMetric, QuotaState } from '#shared/schemas/quotas.ts';
import { formatMicros, formatNumber } from '../../lib/format.ts';
import { LimitTaken } from './LimitBar.tsx';
import { isMoney, isTooLarge, MOST, type Typed } from './limits-form.ts';
import classes from './quotas.module.css';

type LimitFieldProps = {
  metric: QuotaMetric;
  /** The limit that is in force; undefined = none. */
  state: QuotaState | undefined;
  value: Typed;
  onChange: (value: Typed) => void;
};

/** One limit: empty = none. Below it how much is taken and when it starts anew. */
export function LimitField({ metric, state, value, onChange }: LimitFieldProps) {
  const { t } = useTranslation('quotas');
  const money = isMoney(metric);
  const most = money ? formatMicros(MOST) : formatNumber(MOST);
  return (
    <div>
      <NumberInput
        label={t(`metric.${metric}`)}
        placeholder={t('none')}
        value={value}
        error={isTooLarge(metric, value) && t('tooLarge', { most })}
        min={0}
        clampBehavior="none"
        allowNegative={false}
        allowDecimal={money}
        decimalScale={money ? 6 : 0}
        prefix={money ? '$' : ''}
        thousandSeparator=","
        onChange={onChange}
      />
      {Number(value) === 0 && value !== '' && (
        <Text fz="xs" c="var(--mantine-color-error)" mt={3}>
          {t('zero')}
        </Text>
      )}
      {state && (
        <div className={classes.taken}>
          <LimitTaken state={state} />
        </div>
      )}
    </div>
  );
}
