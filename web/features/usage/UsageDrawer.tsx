import { Drawer, Group, Stack, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { TFunction } from 'i18next';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { UsageDetail } from '#shared/schemas/usage.ts';
import { readError } from '../../lib/errors.ts';
import { formatDuration, formatExactTime } from '../../lib/format.ts';
import { trpc } from '../../lib/trpc.ts';
import { CopyField } from '../../ui/CopyField.tsx';
import { Fact, Facts } from '../../ui/Facts.tsx';
import { Money } from '../../ui/figures.tsx';
import { QueryBoundary } from '../../ui/QueryBoundary.tsx';
import { WhyEnd } from '../why/WhyEnd.tsx';
import { WhyLink } from '../why/WhyLink.tsx';
import { OutcomeBadge } from './OutcomeBadge.tsx';
import { doorName, operationName, unitsText } from './operation.ts';
import { TokenCount } from './TokenCount.tsx';

/** A request that has just ended is written within a second or two. */
const TRIES = 4;
const PAUSE_MS = 800;

type UsageDrawerProps = { id: string | undefined; onClose: () => void };

/** Everything about one request. */
export function UsageDrawer({ id, onClose }: UsageDrawerProps) {
  const { t } = useTranslation(['usage', 'common']);
  return (
    <Drawer
      opened={id !== undefined}
      onClose={onClose}
      position="right"
      size={480}
      title={t('detail.title')}
      styles={{ title: { fontSize: '1.0625rem', fontWeight: 620 } }}
      closeButtonProps={{ 'aria-label': t('common:close') }}
    >
      {id !== undefined && <Detail id={id} />}
    </Drawer>
  );
}

function Detail({ id }: { id: string }) {
  const { t } = useTranslation('usage');
  const query = useQuery(
    trpc.usage.get.queryOptions(
      { id },
      {
        retry: (failures, error) => readError(error).code === 'not_found' && failures < TRIES,
        retryDelay: PAUSE_MS,
      },
    ),
  );
  return (
    <>
      <QueryBoundary query={query}>{(detail) => <RequestFacts detail={detail} />}</QueryBoundary>
      {query.error && query.data === undefined && (
        <Text c="dimmed" fz="sm" ta="center">
          {t('detail.recent')}
        </Text>
      )}
    </>
  );
}

function RequestFacts({ detail }: { detail: UsageDetail }) {
  const { t } = useTranslation(['usage', 'common']);
  const sent = detail.platformId !== null;
  return (
    <Stack gap="lg">
      <Group justify="space-between">
        <OutcomeBadge outcome={detail.outcome} />
        <Text c="dimmed" fz="sm" className="gh-figures">
          {formatExactTime(detail.createdAt)}
        </Text>
      </Group>
      {detail.outcome !== 'ok' && <WhyEnd outcome={detail.outcome} error={detail.error} />}
      <WhyLink id={detail.id} />
      <CopyField label={t('common:requestId')} value={detail.id} />
      <Part title={t('detail.request')}>
        <Fact name={t('column.model')}>{detail.model}</Fact>
        <Fact name={t('detail.user')}>{detail.userName}</Fact>
        <Fact name={t('detail.key')}>{detail.keyName ?? t('playground')}</Fact>
        <Fact name={t('detail.operation')}>{operationName(t, detail.operation)}</Fact>
        <Fact name={t('detail.door')}>{doorName(t, detail.door)}</Fact>
        <Fact name={t('detail.stream')}>{t(detail.stream ? 'common:yes' : 'common:no')}</Fact>
        <Fact name={t('detail.status')}>{detail.status}</Fact>
      </Part>
      <Part title={t('detail.route')}>
        <Fact name={t('detail.platform')}>{detail.platformId ?? t('detail.notSent')}</Fact>
        {sent && <Fact name={t('detail.upstreamModel')}>{detail.upstreamModel ?? '–'}</Fact>}
        {sent && (
          <Fact name={t('detail.account')}>{detail.accountName ?? t('detail.hiddenAccount')}</Fact>
        )}
        <Fact name={t('detail.attempts')}>{detail.attempts}</Fact>
      </Part>
      <Part title={t('detail.figures')}>
        <Fact name={t('detail.input')} note={cacheNotes(t, detail)}>
          <TokenCount count={detail.inputTokens} estimated={detail.estimated} />
        </Fact>
        <Fact
          name={t('detail.output')}
          note={
            detail.reasoningTokens > 0 && t('detail.reasoning', { count: detail.reasoningTokens })
          }
        >
          <TokenCount count={detail.outputTokens} estimated={detail.estimated} />
        </Fact>
        {detail.units && <Fact name={t('detail.units')}>{unitsText(t, detail.units)}</Fact>}
        <Fact name={t('detail.cost')}>
          {detail.cost === null ? t('detail.noPrice') : <Money micros={detail.cost} />}
        </Fact>
        <Fact name={t('detail.latency')}>{formatDuration(detail.latencyMs)}</Fact>
        <Fact name={t('detail.firstToken')}>
          {detail.firstTokenMs === null ? '–' : formatDuration(detail.firstTokenMs)}
        </Fact>
      </Part>
      {detail.estimated && (
        <Text c="dimmed" fz="sm">
          {`≈ ${t('estimated')}`}
        </Text>
      )}
    </Stack>
  );
}

function Part({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section>
      <Title order={3} mb={4}>
        {title}
      </Title>
      <Facts>{children}</Facts>
    </section>
  );
}

/** What of the input came from the platform's cache, and what went into it. */
function cacheNotes(t: TFunction<'usage'>, detail: UsageDetail): string {
  const { cachedTokens, cacheWriteTokens } = detail;
  const notes = [
    ...(cachedTokens > 0 ? [t('detail.cached', { count: cachedTokens })] : []),
    ...(cacheWriteTokens > 0 ? [t('detail.cacheWrite', { count: cacheWriteTokens })] : []),
  ];
  return notes.join(' · ');
}
