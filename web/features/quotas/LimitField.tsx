import { NumberInput, Progress, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { QuotaMetric, QuotaState } from '#shared/schemas/quotas.ts';
import { formatExactTime, formatMicros, formatNumber } from '../../lib/format.ts';
import { isMoney, takenOf } from './limits-form.ts';

type LimitFieldProps = {
  metric: QuotaMetric;
  /** The limit that is in force; undefined = none. */
  state: QuotaState | undefined;
  value: number | null;
  readOnly: boolean;
  onChange: (value: number | null) => void;
};

/** One limit: empty = none. Below it how much is taken and when it starts anew. */
export function LimitField({ metric, state, value, readOnly, onChange }: LimitFieldProps) {
  const { t } = useTranslation('quotas');
  const money = isMoney(metric);
  return (
    <div>
      <NumberInput
        label={t(`metric.${metric}`)}
        placeholder={t('none')}
        value={value ?? ''}
        readOnly={readOnly}
        min={0}
        max={9_000_000_000}
        allowNegative={false}
        decimalScale={money ? 6 : 0}
        prefix={money ? '$' : ''}
        thousandSeparator=","
        onChange={(next) => {
          const typed = typeof next === 'number' ? next : Number.parseFloat(next);
          onChange(Number.isFinite(typed) ? typed : null);
        }}
      />
      {state && <Taken state={state} />}
    </div>
  );
}

/** What is used, then what running requests hold: yellow from 70 %, red from 90 %. */
function Taken({ state }: { state: QuotaState }) {
  const { t } = useTranslation('quotas');
  const { metric, used, held, limit, resetsAt } = state;
  const write = isMoney(metric) ? formatMicros : formatNumber;
  const share = takenOf(state);
  const words = t(held > 0 ? 'takenHeld' : 'taken', {
    used: write(used),
    held: write(held),
    limit: write(limit),
  });
  return (
    <>
      <Progress.Root size={6} radius="xl" mt={6}>
        <Progress.Section value={share.used * 100} color={share.tone} aria-label={words} withAria />
        {share.held > 0 && (
          <Progress.Section value={share.held * 100} color={share.tone} striped aria-hidden />
        )}
      </Progress.Root>
      <Text fz="xs" c="dimmed" mt={3} className="gh-figures">
        {words} {resetsAt && t('resets', { at: formatExactTime(resetsAt) })}
      </Text>
    </>
  );
}
