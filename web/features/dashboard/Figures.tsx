import { useTranslation } from 'react-i18next';
import type { Summary, SummaryRange } from '#shared/schemas/usage.ts';
import { formatCompact, formatDuration, formatNumber } from '../../lib/format.ts';
import type { UsageSearch } from '../usage/usage-search.ts';
import { BusiestModels } from './BusiestModels.tsx';
import { ChartCard } from './ChartCard.tsx';
import classes from './dashboard.module.css';
import { toPoints } from './points.ts';
import { Totals } from './Totals.tsx';

type FiguresProps = { summary: Summary; range: SummaryRange; search: UsageSearch };

/** Totals, charts and busiest models of one summary. */
export function Figures({ summary, range, search }: FiguresProps) {
  const { t } = useTranslation('dashboard');
  const time = { points: toPoints(summary.series), span: { range, zone: summary.zone } };
  return (
    <>
      <Totals totals={summary.totals} search={search} />
      <div className={classes.charts}>
        <ChartCard
          {...time}
          kind="bars"
          title={t('charts.requests')}
          text={t('charts.requestsText')}
          lines={[
            { name: 'answered', label: t('charts.answered'), color: 'petrol.6' },
            { name: 'failed', label: t('charts.failed'), color: 'red.6' },
          ]}
          tick={formatCompact}
          value={formatNumber}
        />
        <ChartCard
          {...time}
          kind="areas"
          title={t('charts.tokens')}
          text={t('charts.tokensText')}
          lines={[
            { name: 'input', label: t('charts.input'), color: 'petrol.4' },
            { name: 'output', label: t('charts.output'), color: 'indigo.5' },
          ]}
          tick={formatCompact}
          value={formatNumber}
        />
        <ChartCard
          {...time}
          kind="lines"
          title={t('charts.latency')}
          text={t('charts.latencyText')}
          lines={[
            { name: 'p50', label: t('charts.p50'), color: 'petrol.6' },
            { name: 'p95', label: t('charts.p95'), color: 'orange.5', strokeDasharray: '5 4' },
            {
              name: 'firstToken',
              label: t('charts.firstToken'),
              color: 'grape.5',
              strokeDasharray: '1.5 3',
            },
          ]}
          tick={formatDuration}
          value={formatDuration}
        />
        <BusiestModels models={summary.models} search={search} />
      </div>
    </>
  );
}
