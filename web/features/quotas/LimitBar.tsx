import { Progress, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { QuotaState } from '#shared/schemas/quotas.ts';
import { formatDateTime, formatMicros, formatNumber } from '../../lib/format.ts';
import { isMoney, takenOf } from './limits-form.ts';

/** What is used of a limit, then what running requests hold: yellow from 70 %, red from 90 %. */
export function LimitBar({ state, height = 6 }: { state: QuotaState; height?: number }) {
  const share = takenOf(state);
  const words = useTaken(state);
  return (
    <Progress.Root size={height} radius="xl">
      <Progress.Section value={share.used * 100} color={share.tone} aria-label={words} withAria />
      {share.held > 0 && (
        <Progress.Section value={share.held * 100} color={share.tone} striped aria-hidden />
      )}
    </Progress.Root>
  );
}

/** The bar of a limit with its figures and when it starts anew, for under a field. */
export function LimitTaken({ state }: { state: QuotaState }) {
  const { t } = useTranslation('quotas');
  const { resetsAt } = state;
  const words = useTaken(state);
  return (
    <>
      <LimitBar state={state} />
      <Text fz="xs" c="dimmed" mt={3} className="gh-figures">
        {words} {resetsAt && t('resets', { at: formatDateTime(resetsAt) })}
      </Text>
    </>
  );
}

function useTaken({ metric, used, held, limit }: QuotaState): string {
  const { t } = useTranslation('quotas');
  const write = isMoney(metric) ? formatMicros : formatNumber;
  return t(held > 0 ? 'takenHeld' : 'taken', {
    used: write(used),
    held: write(held),
    limit: write(limit),
  });
}
