import { Progress, Text, Tooltip } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { AccountView } from '#shared/schemas/accounts.ts';
import { formatCompact, formatNumber, formatPercent } from '../../lib/format.ts';
import { quotaTone } from '../keys/quota-tone.ts';
import classes from './accounts.module.css';
import { loanText } from './loan-words.ts';

const COLOURS = { calm: 'petrol', near: 'yellow', close: 'red' } as const;

type Of = { account: AccountView };

/** How many requests it runs, of at most how many. */
export function AccountLoad({ account: { busy, most } }: Of) {
  const { t } = useTranslation('accounts');
  const figures = { busy: formatNumber(busy), most: most === null ? '' : formatNumber(most) };
  if (most === null) {
    return (
      <Tooltip label={t('board.load.openTitle', figures)}>
        <span className={`gh-figures ${classes.nowrap}`}>{t('board.load.open', figures)}</span>
      </Tooltip>
    );
  }
  const { share, tone } = quotaTone(busy, most);
  const title = t('board.load.title', figures);
  return (
    <Tooltip label={share >= 1 ? t('board.load.full') : title}>
      <div className={classes.load}>
        <span className="gh-figures">{t('board.load.of', figures)}</span>
        <Bar share={share} color={COLOURS[tone]} label={title} />
      </div>
    </Tooltip>
  );
}

/** What the platform says is used of its limits: yellow from 70 %, red from 90 %. */
export function AccountQuota({ account: { remaining } }: Of) {
  const { t } = useTranslation('accounts');
  if (remaining === null) {
    return (
      <Tooltip label={t('board.quota.unknownTitle')}>
        <Text component="span" c="dimmed" className={classes.nowrap}>
          {t('board.quota.unknown')}
        </Text>
      </Tooltip>
    );
  }
  const { share, tone } = quotaTone(1 - remaining, 1);
  const title = t('board.quota.title', { percent: formatPercent(share) });
  return (
    <Tooltip label={title}>
      <div className={classes.load}>
        <span className="gh-figures">
          {t('board.quota.left', { percent: formatPercent(1 - share) })}
        </span>
        <Bar share={share} color={COLOURS[tone]} label={title} />
      </div>
    </Tooltip>
  );
}

function Bar({ share, color, label }: { share: number; color: string; label: string }) {
  return (
    <Progress.Root size={5} radius="xl" mt={3}>
      <Progress.Section value={share * 100} color={color} aria-label={label} withAria />
    </Progress.Root>
  );
}

/** Whether it is lent, by whom, and on which terms. */
export function AccountLending({ account }: Of) {
  const { t } = useTranslation('accounts');
  const { shared, paused, mine, loan, lentToday, ownerName, platformName, zone } = account;
  if (!shared) return <Text component="span">{t('board.lending.own')}</Text>;
  if (!mine) return <span className={classes.short}>{t('lentBy', { name: ownerName })}</span>;
  const limit = loan?.tokensPerDay ?? null;
  return (
    <div className={classes.lending}>
      {t(paused ? 'board.lending.paused' : 'board.lending.lent')}
      {paused && (
        <Text fz="xs" lh={1.35}>
          {t('board.lending.pausedWhy', { platform: platformName })}
        </Text>
      )}
      {loan && (
        <Text fz="xs" c="dimmed" lh={1.35}>
          {loanText(t, loan, zone)}
        </Text>
      )}
      {limit !== null && (
        <Text fz="xs" c="dimmed" lh={1.35} className="gh-figures">
          {t('board.lending.used', {
            used: formatCompact(lentToday),
            tokens: formatCompact(limit),
          })}
        </Text>
      )}
    </div>
  );
}
