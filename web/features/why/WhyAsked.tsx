import { Anchor, Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { WhyView } from '#shared/schemas/why.ts';
import { formatDuration, formatNumber } from '../../lib/format.ts';
import { CopyField } from '../../ui/CopyField.tsx';
import { Money } from '../../ui/figures.tsx';
import { Section } from '../../ui/Section.tsx';
import { doorName, operationName } from '../usage/operation.ts';
import classes from './why.module.css';

/** What was asked, by whom, and what it came to. */
export function WhyAsked({ view }: { view: WhyView }) {
  const { t } = useTranslation(['why', 'common']);
  const { t: inUsage } = useTranslation('usage');
  const { asked, door, id, usage } = view;
  return (
    <Section
      title={t('asked.title')}
      actions={
        usage && (
          <Anchor
            fz="sm"
            renderRoot={(props) => <Link {...props} to="/usage" search={{ id: usage.id }} />}
          >
            {t('figures.details')}
          </Anchor>
        )
      }
    >
      <dl className={classes.facts}>
        {usage && (
          <Fact name={t('asked.by')}>
            {`${usage.userName} · ${usage.keyName ?? inUsage('playground')}`}
          </Fact>
        )}
        <Fact name={t('asked.at')}>{doorName(inUsage, door)}</Fact>
        {asked && (
          <>
            <Fact name={t('asked.model')}>{asked.model}</Fact>
            <Fact name={t('asked.what')}>{operationName(inUsage, asked.operation)}</Fact>
            <Fact name={t('asked.streamed')}>{t(asked.stream ? 'common:yes' : 'common:no')}</Fact>
          </>
        )}
        {usage && <Figures usage={usage} />}
      </dl>
      {!asked && (
        <Text c="dimmed" fz="sm" mb="xs">
          {t('asked.notUnderstood')}
        </Text>
      )}
      <CopyField label={t('common:requestId')} value={id} />
    </Section>
  );
}

function Figures({ usage }: { usage: NonNullable<WhyView['usage']> }) {
  const { t } = useTranslation('usage');
  return (
    <>
      <Fact name={t('detail.input')}>{formatNumber(usage.inputTokens)}</Fact>
      <Fact name={t('detail.output')}>{formatNumber(usage.outputTokens)}</Fact>
      {(usage.cost !== null || usage.platformId !== null) && (
        <Fact name={t('detail.cost')}>
          {usage.cost === null ? t('detail.noPrice') : <Money micros={usage.cost} />}
        </Fact>
      )}
      <Fact name={t('detail.latency')}>{formatDuration(usage.latencyMs)}</Fact>
    </>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
