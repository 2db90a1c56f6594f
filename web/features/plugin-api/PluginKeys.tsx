import { Button, Text } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { PluginKeyView } from '#shared/schemas/plugin-api.ts';
import { formatDateTime } from '../../lib/format.ts';
import { trpc } from '../../lib/trpc.ts';
import { useAppMutation } from '../../lib/use-app-mutation.ts';
import { useCan } from '../../lib/use-me.ts';
import { type Column, DataTable } from '../../ui/DataTable.tsx';
import { Section } from '../../ui/Section.tsx';

/** Few, for the users are below; many fail for one reason. */
const PAGE = 5;
/** As often as the server looks whose turn it is. */
const EVERY_MS = 15_000;

/** For whom no account at the Plug-in API could be made, and why; nothing where it went well. */
export function PluginKeys() {
  const { t } = useTranslation('pluginApi');
  const mayRetry = useCan('users.write');
  const query = useInfiniteQuery(
    trpc.pluginApi.list.infiniteQueryOptions(
      { limit: PAGE, state: 'failed' },
      {
        getNextPageParam: ({ nextCursor }) => nextCursor ?? undefined,
        refetchInterval: EVERY_MS,
      },
    ),
  );
  const retry = useAppMutation(trpc.pluginApi.retry.mutationOptions(), {
    invalidate: [trpc.pluginApi.pathFilter()],
    success: ({ count }) => t('failed.retried', { count }),
  });
  const columns = useColumns();
  const count = query.data?.pages[0]?.counts.failed ?? 0;
  const rows = query.data?.pages.flatMap((page) => page.rows) ?? [];
  if (count === 0) return null;
  return (
    <Section
      title={t('failed.title', { count })}
      text={t('failed.text')}
      actions={
        mayRetry && (
          <Button
            variant="default"
            loading={retry.isPending}
            onClick={() => retry.mutate({ userId: null })}
          >
            {t('failed.retryAll')}
          </Button>
        )
      }
      flush
    >
      <DataTable
        label={t('failed.title', { count })}
        columns={columns}
        rows={rows}
        rowKey={({ userId }) => userId}
        {...(query.hasNextPage && {
          more: { onLoad: () => void query.fetchNextPage(), loading: query.isFetchingNextPage },
        })}
        {...(mayRetry && {
          actions: ({ userId, username }: PluginKeyView) => (
            <Button
              size="compact-sm"
              variant="default"
              flex="none"
              aria-label={t('failed.retryNamed', { name: username })}
              onClick={() => retry.mutate({ userId })}
            >
              {t('failed.retry')}
            </Button>
          ),
        })}
      />
    </Section>
  );
}

function useColumns(): Column<PluginKeyView>[] {
  const { t } = useTranslation('pluginApi');
  return [
    { id: 'person', header: t('failed.person'), primary: true, cell: ({ username }) => username },
    {
      id: 'error',
      header: t('failed.reason'),
      cell: ({ error }) => (
        <Text fz="sm" style={{ overflowWrap: 'anywhere' }}>
          {error ?? '–'}
        </Text>
      ),
    },
    {
      id: 'next',
      header: t('failed.next'),
      width: 190,
      cell: ({ nextTryAt }) => (nextTryAt === null ? '–' : formatDateTime(nextTryAt)),
    },
  ];
}
