import { Anchor, Button, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { can } from '#shared/permissions.ts';
import type { MyLimits as Mine, QuotaState } from '#shared/schemas/quotas.ts';
import { formatCompact, formatDayTime, formatMicros, formatNumber } from '../../lib/format.ts';
import { trpc } from '../../lib/trpc.ts';
import { useMe } from '../../lib/use-me.ts';
import { RelativeTime } from '../../ui/figures.tsx';
import { LoadingBlock } from '../../ui/LoadState.tsx';
import { QueryBoundary } from '../../ui/QueryBoundary.tsx';
import { Section } from '../../ui/Section.tsx';
import { LimitBar } from './LimitBar.tsx';
import { type LimitsOf, useOpenLimits } from './limits-context.tsx';
import { isMoney } from './limits-form.ts';
import classes from './quotas.module.css';

const REFRESH_MS = 5_000;
/** Keys shown before somebody asks for all. */
const FEW = 3;

/** What the signed-in person may use and how much of it is taken, live. Admins without limits see nothing. */
export function MyLimits() {
  const { t } = useTranslation('quotas');
  const me = useMe();
  const query = useQuery(trpc.quotas.mine.queryOptions(undefined, { refetchInterval: REFRESH_MS }));
  const { data } = query;
  const limited = data !== undefined && (data.own.length > 0 || data.keys.length > 0);
  if (can(me, 'limits.write') && !limited) return null;
  return (
    <div className={classes.mine}>
      <Section
        title={t('my.title')}
        text={limited ? t('my.text', { zone: data.zone }) : t('my.textNone')}
      >
        <QueryBoundary query={query} loading={<LoadingBlock height={64} />}>
          {(mine) => (limited ? <Groups mine={mine} /> : <Text c="dimmed">{t('my.none')}</Text>)}
        </QueryBoundary>
      </Section>
    </div>
  );
}

function Groups({ mine: { zone, own, keys, more } }: { mine: Mine }) {
  const { t } = useTranslation('quotas');
  const me = useMe();
  const [all, setAll] = useState(false);
  const shown = all ? keys : keys.slice(0, FEW);
  const name = me.displayName || me.username;
  return (
    <>
      {own.length > 0 && (
        <Group
          title={t('my.person')}
          of={{ subject: 'user', id: me.id, name }}
          limits={own}
          zone={zone}
        />
      )}
      {shown.map((key) => (
        <Group
          key={key.id}
          title={t('my.key', { name: key.name })}
          of={{ subject: 'key', id: key.id, name: key.name }}
          limits={key.limits}
          zone={zone}
        />
      ))}
      {keys.length > FEW && (
        <Button variant="subtle" size="xs" mt="sm" onClick={() => setAll(!all)}>
          {all ? t('my.fewer') : t('my.all', { count: keys.length })}
        </Button>
      )}
      {all && more > 0 && (
        <Text c="dimmed" fz="sm" mt="xs">
          {t('my.more', { count: more })}
        </Text>
      )}
    </>
  );
}

type GroupProps = { title: string; of: LimitsOf; limits: readonly QuotaState[]; zone: string };

/** The limits of one subject; its name opens them. */
function Group({ title, of, limits, zone }: GroupProps) {
  const open = useOpenLimits();
  return (
    <section className={classes.group} aria-label={title}>
      <Anchor
        component="button"
        type="button"
        className={classes.groupName}
        onClick={() => open(of)}
      >
        {title}
      </Anchor>
      <ul className={classes.limits}>
        {limits.map((state) => (
          <Limit key={state.metric} state={state} zone={zone} />
        ))}
      </ul>
    </section>
  );
}

function Limit({ state, zone }: { state: QuotaState; zone: string }) {
  const { t } = useTranslation('quotas');
  const { metric, used, held, limit } = state;
  const write = isMoney(metric) ? formatMicros : short;
  return (
    <li>
      <div className={classes.facts}>
        <span>{t(`metric.${metric}`)}</span>
        <span className="gh-figures">
          {t('my.of', { used: write(used + held), limit: write(limit) })}
        </span>
      </div>
      <LimitBar state={state} height={7} />
      <Text fz="xs" c="dimmed" mt={3} className="gh-figures">
        <Anew state={state} zone={zone} />
        {state.trustLevel !== undefined && <> · {t('my.fromLevel', { level: state.trustLevel })}</>}
      </Text>
    </li>
  );
}

const short = (count: number) => (count < 100_000 ? formatNumber(count) : formatCompact(count));

/** When it starts anew; minutes are too short to be told the time of. */
function Anew({ state: { metric, resetsAt }, zone }: { state: QuotaState; zone: string }) {
  const { t } = useTranslation('quotas');
  if (resetsAt === null) return t('my.asTheyEnd');
  if (metric.endsWith('-minute')) return t('my.everyMinute');
  return (
    <>
      {t('my.anew', { at: formatDayTime(resetsAt, zone) })} · <RelativeTime iso={resetsAt} />
    </>
  );
}
