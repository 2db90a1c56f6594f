import { Tooltip } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import {
  formatCompact,
  formatExactTime,
  formatMicros,
  formatNumber,
  formatRelative,
} from '../lib/format.ts';
import { useNow } from '../lib/use-now.ts';

/** Micro-dollars as dollars; a dash when there is no price. */
export function Money({ micros }: { micros: number | null }) {
  return <span className="gh-figures">{micros === null ? '–' : formatMicros(micros)}</span>;
}

/** A count of tokens, short for large ones with the exact count on hover. */
export function Tokens({ count }: { count: number }) {
  const { t } = useTranslation('common');
  if (count < 10_000) return <span className="gh-figures">{formatNumber(count)}</span>;
  return (
    <Tooltip label={t('tokens', { count })}>
      <span className="gh-figures">{formatCompact(count)}</span>
    </Tooltip>
  );
}

/** How long ago an ISO time was, kept up to date; “never” for null; the exact time on hover. */
export function RelativeTime({ iso }: { iso: string | null }) {
  const { t } = useTranslation('common');
  const now = useNow();
  if (iso === null) return <span>{t('never')}</span>;
  return (
    <Tooltip label={formatExactTime(iso)}>
      <time dateTime={iso}>{formatRelative(iso, now)}</time>
    </Tooltip>
  );
}
