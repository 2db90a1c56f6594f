import { Text } from '@mantine/core';
import { IconHistory } from '@tabler/icons-react';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { AccountEventView, AccountView } from '#shared/schemas/accounts.ts';
import { formatExactTime, formatStamp } from '../../lib/format.ts';
import { trpc } from '../../lib/trpc.ts';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { LoadMore } from '../../ui/LoadMore.tsx';
import { QueryBoundary } from '../../ui/QueryBoundary.tsx';
import { StateBadge } from '../../ui/StateBadge.tsx';
import { eventText } from './account-words.ts';
import classes from './accounts.module.css';

const PAGE = 50;
const REFRESH_MS = 10_000;

/** What happened to an account, newest first. */
export function AccountHistory({ account: { id, name, zone } }: { account: AccountView }) {
  const { t } = useTranslation('accounts');
  const query = useInfiniteQuery(
    trpc.accounts.history.infiniteQueryOptions(
      { id, limit: PAGE },
      {
        getNextPageParam: ({ nextCursor }) => nextCursor ?? undefined,
        // The pages behind the first do not change; with more than one open, nobody waits for news.
        refetchInterval: ({ state }) => (state.data?.pages.length === 1 ? REFRESH_MS : false),
        staleTime: 0,
      },
    ),
  );
  const { data, hasNextPage, isFetchingNextPage, fetchNextPage } = query;
  return (
    <QueryBoundary
      query={{ ...query, data: data?.pages.flatMap(({ rows }) => rows) }}
      empty={
        <EmptyState
          icon={IconHistory}
          title={t('board.history.empty')}
          text={t('board.history.emptyText')}
        />
      }
    >
      {(events) => (
        <>
          <ol className={classes.events} aria-label={t('board.history.list', { name })}>
            {events.map((event) => (
              <Event key={event.id} event={event} zone={zone} />
            ))}
          </ol>
          {hasNextPage && (
            <LoadMore loading={isFetchingNextPage} onLoad={() => void fetchNextPage()} />
          )}
        </>
      )}
    </QueryBoundary>
  );
}

function Event({ event, zone }: { event: AccountEventView; zone: string }) {
  const { t } = useTranslation('accounts');
  const { actorName, at, message, state, upstreamModel } = event;
  return (
    <li>
      <div className={classes.eventHead}>
        {state !== null && <StateBadge state={state} />}
        <Text
          component="time"
          dateTime={at}
          title={formatExactTime(at)}
          fz="xs"
          c="dimmed"
          ml="auto"
        >
          {formatStamp(at)}
        </Text>
      </div>
      <Text fz="sm">{eventText(t, event, zone)}</Text>
      {upstreamModel !== null && (
        <Text fz="sm">{t('board.history.onModel', { model: upstreamModel })}</Text>
      )}
      {actorName !== null && (
        <Text fz="xs" c="dimmed">
          {t('board.history.by', { name: actorName })}
        </Text>
      )}
      {message !== null && (
        <Text fz="xs" c="dimmed">
          {message}
        </Text>
      )}
    </li>
  );
}
