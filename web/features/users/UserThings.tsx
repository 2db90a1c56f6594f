import { Anchor } from '@mantine/core';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { formatDateTime } from '../../lib/format.ts';
import { trpc } from '../../lib/trpc.ts';
import { RelativeTime } from '../../ui/figures.tsx';
import { StateBadge } from '../../ui/StateBadge.tsx';
import { PersonList, Thing } from './PersonList.tsx';

const PAGE = 100;

/** What somebody's keys are called, how they begin and stand; never a secret. */
export function UserKeys({ id }: { id: string }) {
  const { t } = useTranslation('users');
  const query = useInfiniteQuery(
    trpc.keys.list.infiniteQueryOptions(
      { all: true, limit: PAGE, filter: { ownerId: id, withRevoked: true } },
      { getNextPageParam: ({ nextCursor }) => nextCursor ?? undefined },
    ),
  );
  const rows = useMemo(() => query.data?.pages.flatMap((page) => page.rows), [query.data]);
  const counts = query.data?.pages[0]?.counts;
  const { fetchNextPage, isFetchingNextPage: loading } = query;
  return (
    <PersonList
      title={t('drawer.keys')}
      none={t('drawer.noKeys')}
      query={{ ...query, data: rows }}
      total={counts && Object.values(counts).reduce((sum, count) => sum + count, 0)}
      more={query.hasNextPage ? { onLoad: () => void fetchNextPage(), loading } : undefined}
      keyOf={(key) => key.id}
    >
      {(key) => (
        <Thing
          name={key.name}
          detail={
            <>
              <code>{key.prefix}</code> · <Used at={key.lastUsedAt} />
            </>
          }
          end={<StateBadge state={key.state} />}
        />
      )}
    </PersonList>
  );
}

/** The accounts somebody put in, lent or not. */
export function UserAccounts({ id }: { id: string }) {
  const { t } = useTranslation('users');
  const query = useQuery(trpc.accounts.list.queryOptions({ ownerId: id }));
  return (
    <PersonList
      title={t('drawer.accounts')}
      none={t('drawer.noAccounts')}
      query={query}
      keyOf={(account) => account.id}
    >
      {(account) => (
        <Thing
          name={account.name}
          detail={
            <>
              {account.platformName} · {account.shared && `${t('drawer.lent')} · `}
              <Used at={account.lastUsedAt} />
            </>
          }
          end={<StateBadge state={account.state} />}
        />
      )}
    </PersonList>
  );
}

/** Who somebody is at other services. */
export function UserIdentities({ id }: { id: string }) {
  const { t } = useTranslation('users');
  const query = useQuery(trpc.sso.of.queryOptions({ id }));
  return (
    <PersonList
      title={t('drawer.identities')}
      none={t('drawer.noIdentities')}
      query={query}
      keyOf={(identity) => identity.id}
    >
      {({ label, lastUsedAt, providerName }) => (
        <Thing
          name={providerName}
          detail={
            <>
              {label} · <Used at={lastUsedAt} />
            </>
          }
        />
      )}
    </PersonList>
  );
}

/** When everything of somebody was ended, and by whom. */
export function UserReceipts({ id }: { id: string }) {
  const { t } = useTranslation('users');
  const query = useQuery(trpc.offSwitch.of.queryOptions({ id }));
  return (
    <PersonList
      title={t('drawer.receipts')}
      none={t('drawer.noReceipts')}
      query={query}
      keyOf={(receipt) => receipt.id}
    >
      {({ actorName, at, id: receipt, kind }) => (
        <Thing
          name={
            <Anchor
              fz="sm"
              renderRoot={(props) => (
                <Link {...props} to="/off-switch/$id" params={{ id: receipt }} />
              )}
            >
              {formatDateTime(at)}
            </Anchor>
          }
          detail={kind === 'own' ? t('drawer.byThemselves') : t('drawer.by', { name: actorName })}
        />
      )}
    </PersonList>
  );
}

function Used({ at }: { at: string | null }) {
  const { t } = useTranslation('users');
  if (at === null) return t('drawer.notUsed');
  return (
    <>
      {t('drawer.used')} <RelativeTime iso={at} />
    </>
  );
}
