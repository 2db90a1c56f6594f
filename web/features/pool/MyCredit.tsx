import { Alert, Button, Progress, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconHeartHandshake, IconInfoCircle } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import type { MyPool, PoolCreditView } from '#shared/schemas/pool.ts';
import { trpc } from '../../lib/trpc.ts';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { RelativeTime } from '../../ui/figures.tsx';
import { QueryBoundary } from '../../ui/QueryBoundary.tsx';
import { Section } from '../../ui/Section.tsx';
import { creditTone, formatCredits } from './credit-text.ts';
import classes from './pool.module.css';

const REFRESH_MS = 15_000;
/** Groups of models that are shown before more are asked for. */
const SHOWN = 9;

/** What the person may draw, how fast it comes back, and when it is full. */
export function MyCredit() {
  const { t } = useTranslation('pool');
  const query = useQuery(trpc.pool.mine.queryOptions(undefined, { refetchInterval: REFRESH_MS }));
  return (
    <Section title={t('credit.title')} text={t('credit.text')}>
      <QueryBoundary
        query={query}
        isEmpty={({ groups }) => groups.length === 0}
        empty={<NoCredit needed={query.data?.credit ?? true} />}
      >
        {(mine) => <Credits mine={mine} />}
      </QueryBoundary>
    </Section>
  );
}

function NoCredit({ needed }: { needed: boolean }) {
  const { t } = useTranslation('pool');
  return (
    <EmptyState
      icon={IconHeartHandshake}
      title={t('credit.empty')}
      text={needed ? t('credit.emptyText') : t('credit.off')}
      action={
        <Button variant="default" renderRoot={(props) => <Link {...props} to="/accounts" />}>
          {t('credit.lend')}
        </Button>
      }
    />
  );
}

function Credits({ mine }: { mine: MyPool }) {
  const { t } = useTranslation('pool');
  const [all, { open }] = useDisclosure(false);
  const { groups } = mine;
  const shown = all ? groups : groups.slice(0, SHOWN);
  return (
    <>
      {!mine.credit && (
        <Alert variant="light" mb="md" icon={<IconInfoCircle size={18} />}>
          {t('credit.off')}
        </Alert>
      )}
      <ul className={classes.credits} aria-label={t('credit.title')}>
        {shown.map((group) => (
          <Credit key={group.key} credit={group} />
        ))}
      </ul>
      {shown.length < groups.length && (
        <Button variant="default" mt="md" onClick={open}>
          {t('credit.showAll', { count: groups.length })}
        </Button>
      )}
    </>
  );
}

function Credit({ credit }: { credit: PoolCreditView }) {
  const { t } = useTranslation('pool');
  const { held, lent, max, models, name, owed, perHour, quota } = credit;
  const { colour, share } = creditTone(quota, max);
  const figures = { name, quota: formatCredits(quota), max: formatCredits(max) };
  const grouped = credit.key.startsWith('group:') && models.length > 0;
  return (
    <li className={classes.credit}>
      <div className={classes.facts}>
        <Text span c="var(--mantine-color-text)" className={classes.name ?? ''}>
          {name}
        </Text>
        <Text span c="var(--mantine-color-text)">
          {t('credit.of', figures)}
        </Text>
      </div>
      <Progress.Root size={7} radius="xl" mt={6}>
        <Progress.Section
          value={share * 100}
          color={colour}
          aria-label={t('credit.bar', figures)}
          withAria
        />
      </Progress.Root>
      <div className={classes.facts}>
        <span>
          {perHour > 0 ? t('credit.perHour', { value: formatCredits(perHour) }) : t('credit.never')}
        </span>
        <Full credit={credit} />
      </div>
      {lent > 0 && (
        <div className={classes.facts}>
          <span>{`${t('credit.lent')}: ${lent}`}</span>
        </div>
      )}
      {grouped && (
        <div className={classes.facts}>
          <span className={classes.wide}>{t('credit.models', { models: models.join(', ') })}</span>
        </div>
      )}
      {held > 0 && (
        <div className={classes.facts}>{t('credit.held', { value: formatCredits(held) })}</div>
      )}
      {owed > 0 && (
        <div className={classes.facts}>{t('credit.owed', { value: formatCredits(owed) })}</div>
      )}
    </li>
  );
}

function Full({ credit: { fullAt, max, owed, quota } }: { credit: PoolCreditView }) {
  const { t } = useTranslation('pool');
  if (quota === max && owed === 0) return <span>{t('credit.full')}</span>;
  if (fullAt === null) return null;
  return (
    <span>
      {t('credit.fullAt')} <RelativeTime iso={fullAt} />
    </span>
  );
}
