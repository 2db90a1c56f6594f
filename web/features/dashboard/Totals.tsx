import { Anchor } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Summary } from '#shared/schemas/usage.ts';
import {
  formatCompact,
  formatDuration,
  formatMicros,
  formatNumber,
  formatPercent,
} from '../../lib/format.ts';
import type { UsageSearch } from '../usage/usage-search.ts';
import classes from './dashboard.module.css';
import { errorRate } from './points.ts';

type TotalsProps = {
  totals: Summary['totals'];
  /** The usage page's address for the same requests. */
  search: UsageSearch;
};

const short = (count: number) => (count < 10_000 ? formatNumber(count) : formatCompact(count));

/** The figures of the whole range, errors leading to their requests. */
export function Totals({ totals, search }: TotalsProps) {
  const { t } = useTranslation('dashboard');
  const { errors, latencyP50Ms, latencyP95Ms, firstTokenP50Ms } = totals;
  return (
    <dl className={classes.totals} aria-label={t('totals.label')}>
      <Total label={t('totals.requests')} value={short(totals.requests)}>
        {errors === 0 ? (
          t('totals.noErrors')
        ) : (
          <>
            <Anchor
              inherit
              c="var(--mantine-color-error)"
              renderRoot={(props) => (
                <Link {...props} to="/usage" search={{ ...search, outcome: 'failed' }} />
              )}
            >
              {t('totals.errors', { count: errors })}
            </Anchor>
            {` · ${t('totals.errorRate', { rate: formatPercent(errorRate(totals)) })}`}
          </>
        )}
      </Total>
      <Total label={t('totals.tokens')} value={short(totals.inputTokens + totals.outputTokens)}>
        {t('totals.tokensSplit', {
          input: short(totals.inputTokens),
          output: short(totals.outputTokens),
        })}
      </Total>
      <Total label={t('totals.cost')} value={formatMicros(totals.cost)}>
        {t('totals.costHint')}
      </Total>
      <Total label={t('totals.latency')} value={duration(latencyP50Ms)}>
        {latencyP95Ms === null
          ? t('totals.noneYet')
          : t('totals.latencyP95', { time: formatDuration(latencyP95Ms) })}
      </Total>
      <Total label={t('totals.firstToken')} value={duration(firstTokenP50Ms)}>
        {firstTokenP50Ms === null ? t('totals.noneYet') : t('totals.firstTokenHint')}
      </Total>
    </dl>
  );
}

function duration(ms: number | null): string {
  return ms === null ? '–' : formatDuration(ms);
}

type TotalProps = { label: string; value: string; children: ReactNode };

function Total({ label, value, children }: TotalProps) {
  return (
    <div className={classes.total}>
      <dt>{label}</dt>
      <dd className={classes.value}>{value}</dd>
      <dd className={classes.note}>{children}</dd>
    </div>
  );
}
