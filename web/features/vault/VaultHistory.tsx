import { Text } from '@mantine/core';
import { IconHistory } from '@tabler/icons-react';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { type VaultEvent, VaultFailure, type VaultView } from '#shared/schemas/vault.ts';
import { formatDuration, formatExactTime, formatStamp } from '../../lib/format.ts';
import { trpc } from '../../lib/trpc.ts';
import { usePages } from '../../lib/use-pages.ts';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { LoadMore } from '../../ui/LoadMore.tsx';
import { QueryBoundary } from '../../ui/QueryBoundary.tsx';
import classes from './vault.module.css';

const PAGE = 50;
const TRIGGERS = ['schedule', 'lease', 'request', 'person', 'batch', 'journal'] as const;

/** Each try at refreshing an account, newest first: which token became which, by hash. */
export function VaultHistory({ row: { bizId, id } }: { row: VaultView }) {
  const { t } = useTranslation('vault');
  const query = useInfiniteQuery(
    trpc.vault.history.infiniteQueryOptions(
      { id, limit: PAGE },
      { getNextPageParam: ({ nextCursor }) => nextCursor ?? undefined, staleTime: 0 },
    ),
  );
  const { more, rows, ...pages } = usePages(query);
  return (
    <QueryBoundary
      query={{ ...pages, data: rows }}
      empty={
        <EmptyState icon={IconHistory} title={t('history.empty')} text={t('history.emptyText')} />
      }
    >
      {(events) => (
        <>
          <ol className={classes.events} aria-label={t('history.list', { name: bizId })}>
            {events.map((event) => (
              <Event key={event.id} event={event} />
            ))}
          </ol>
          {more && <LoadMore {...more} />}
        </>
      )}
    </QueryBoundary>
  );
}

function Event({ event }: { event: VaultEvent }) {
  const { t } = useTranslation('vault');
  const { actorName, after, at, before, durationMs, outcome, text } = event;
  const failure = VaultFailure.safeParse(outcome).data;
  const trigger = TRIGGERS.find((each) => each === event.trigger);
  const worked = outcome === 'rotated' || outcome === 'kept' ? outcome : null;
  const who = actorName === null ? '' : ` ${t('history.by', { name: actorName })}`;
  return (
    <li>
      <Text fz="sm" fw={550} className={failure ? (classes.bad ?? '') : ''}>
        {failure && t(`failure.${failure}.title`)}
        {worked && t(`history.${worked}`)}
        {!failure && !worked && outcome}
      </Text>
      <Text fz="xs" c="dimmed" className="gh-figures">
        <time dateTime={at} title={formatExactTime(at)}>
          {formatStamp(at)}
        </time>
        {` · ${trigger ? t(`history.trigger.${trigger}`) : event.trigger}${who} · ${formatDuration(durationMs)}`}
      </Text>
      <Text fz="xs" ff="monospace">
        {after && after !== before
          ? t('history.chain', { before: `#${before}`, after: `#${after}` })
          : t('history.same', { before: `#${before}` })}
      </Text>
      {failure && text && (
        <Text fz="xs" style={{ overflowWrap: 'anywhere' }}>
          {text}
        </Text>
      )}
    </li>
  );
}
