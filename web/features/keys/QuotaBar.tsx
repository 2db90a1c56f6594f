import { Progress, Tooltip } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { formatCompact, formatNumber, formatPercent } from '../../lib/format.ts';
import classes from './keys.module.css';
import { quotaTone } from './quota-tone.ts';

const COLOURS = { calm: 'petrol', near: 'yellow', close: 'red' } as const;

type QuotaBarProps = {
  used: number;
  limit: number | null;
  /** Whose midnight ends the day. */
  zone: string;
};

/** Tokens used today, against the limit where there is one: yellow from 70 %, red from 90 %. */
export function QuotaBar({ used, limit, zone }: QuotaBarProps) {
  const { t } = useTranslation('keys');
  if (limit === null) {
    return (
      <Tooltip label={t('quota.open', { used: formatNumber(used), zone })}>
        <span className="gh-figures">{formatCompact(used)}</span>
      </Tooltip>
    );
  }
  const { share, tone } = quotaTone(used, limit);
  const exact = t('quota.title', {
    used: formatNumber(used),
    limit: formatNumber(limit),
    percent: formatPercent(share),
    zone,
  });
  return (
    <Tooltip label={share >= 1 ? t('quota.full', { zone }) : exact}>
      <div className={classes.quota}>
        <span className="gh-figures">
          {t('quota.of', { used: formatCompact(used), limit: formatCompact(limit) })}
        </span>
        <Progress.Root size={5} radius="xl" mt={3}>
          <Progress.Section value={share * 100} color={COLOURS[tone]} aria-label={exact} withAria />
        </Progress.Root>
      </div>
    </Tooltip>
  );
}
