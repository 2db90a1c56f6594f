import { Button, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { type QuotaRule, TRUST_LEVELS } from '#shared/schemas/quotas.ts';
import { formatCompact, formatMicros, formatNumber } from '../../lib/format.ts';
import { trpc } from '../../lib/trpc.ts';
import { useCan } from '../../lib/use-me.ts';
import { QueryBoundary } from '../../ui/QueryBoundary.tsx';
import { Section } from '../../ui/Section.tsx';
import { useOpenLimits } from '../quotas/limits-context.tsx';
import { isMoney } from '../quotas/limits-form.ts';
import classes from './users.module.css';

/** What people of each trust level may use, where they have no limit of their own. */
export function TrustLevels() {
  const { t } = useTranslation('users');
  const query = useQuery(trpc.quotas.trustLevels.queryOptions());
  return (
    <div style={{ marginTop: 'var(--mantine-spacing-lg)' }}>
      <Section title={t('levels.title')} text={t('levels.text')}>
        <QueryBoundary query={query}>
          {(rules) => (
            <div className={classes.levels}>
              {TRUST_LEVELS.map((level) => (
                <Level
                  key={level}
                  level={level}
                  rules={rules.filter(({ id }) => id === String(level))}
                />
              ))}
            </div>
          )}
        </QueryBoundary>
      </Section>
    </div>
  );
}

function Level({ level, rules }: { level: number; rules: readonly QuotaRule[] }) {
  const { t } = useTranslation(['users', 'quotas']);
  const open = useOpenLimits();
  const mayWrite = useCan('limits.write');
  return (
    <section className={classes.level} aria-label={t('level', { level })}>
      <Text fw={550}>{t('level', { level })}</Text>
      {rules.length === 0 && <Text c="dimmed">{t('limits.none')}</Text>}
      {rules.map(({ limit, metric }) => (
        <div key={metric} className="gh-figures">
          {t(`quotas:metric.${metric}`)}: {amount(metric, limit)}
        </div>
      ))}
      {mayWrite && (
        <Button
          size="compact-xs"
          variant="default"
          mt="auto"
          aria-label={t('levels.editOf', { level })}
          onClick={() => open({ subject: 'trust-level', id: `${level}`, name: `${level}` })}
        >
          {t('levels.edit')}
        </Button>
      )}
    </section>
  );
}

function amount(metric: QuotaRule['metric'], limit: number): string {
  if (isMoney(metric)) return formatMicros(limit);
  return limit < 100_000 ? formatNumber(limit) : formatCompact(limit);
}
