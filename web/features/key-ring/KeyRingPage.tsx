import { Alert, Button, List, Loader, Menu, Stack, Text } from '@mantine/core';
import { IconCheck, IconKey, IconPlus, IconTrash } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { RingKey, RingReseal, RingServer } from '#shared/schemas/key-ring.ts';
import { formatNumber } from '../../lib/format.ts';
import { trpc } from '../../lib/trpc.ts';
import { useAppMutation } from '../../lib/use-app-mutation.ts';
import { useDialog } from '../../lib/use-dialog.ts';
import { ConfirmDialog } from '../../ui/ConfirmDialog.tsx';
import { type Column, DataTable } from '../../ui/DataTable.tsx';
import { PageHeader } from '../../ui/PageHeader.tsx';
import { QueryBoundary } from '../../ui/QueryBoundary.tsx';
import { RowMenu } from '../../ui/RowMenu.tsx';
import { Section } from '../../ui/Section.tsx';
import { StateBadge } from '../../ui/StateBadge.tsx';

type Asked = { act: 'use' | 'retire'; id: string };

/** The keys that seal credentials: each with what it has sealed, and the steps from one to the next. */
export function KeyRingPage() {
  const { t } = useTranslation('keyRing');
  const status = useQuery(
    trpc.keyRing.status.queryOptions(undefined, {
      refetchInterval: ({ state }) => (state.data?.reseal.state === 'running' ? 2_000 : 20_000),
    }),
  );
  const asking = useDialog<Asked>();
  const invalidate = [trpc.keyRing.pathFilter()];
  const id = asking.value?.id ?? '';
  const add = useAppMutation(trpc.keyRing.add.mutationOptions(), {
    invalidate,
    success: (made) => t('added', { id: made }),
  });
  const reseal = useAppMutation(trpc.keyRing.reseal.mutationOptions(), {
    invalidate,
    success: t('begun'),
  });
  const done = { invalidate, onDone: asking.close };
  const use = useAppMutation(trpc.keyRing.use.mutationOptions(), {
    ...done,
    success: t('used', { id }),
  });
  const retire = useAppMutation(trpc.keyRing.retire.mutationOptions(), {
    ...done,
    success: t('retired', { id }),
  });
  const act = asking.value?.act ?? 'use';
  const mutation = act === 'use' ? use : retire;

  return (
    <>
      <PageHeader
        title={t('title')}
        subtitle={t('subtitle')}
        actions={
          <Button
            leftSection={<IconPlus size={17} />}
            loading={add.isPending}
            onClick={() => add.mutate()}
          >
            {t('add')}
          </Button>
        }
      />
      <QueryBoundary query={status}>
        {({ keys, reseal: work, servers }) => (
          <Stack gap="lg">
            <Section flush>
              <KeysTable keys={keys} onAsk={(what) => asking.open(what)} />
            </Section>
            <Section
              title={t('reseal.title')}
              text={t('reseal.text')}
              actions={
                <Button
                  variant="default"
                  loading={reseal.isPending}
                  disabled={work.state === 'running' || old(keys) === 0}
                  onClick={() => reseal.mutate()}
                >
                  {t('reseal.begin')}
                </Button>
              }
            >
              <Work work={work} left={old(keys)} />
            </Section>
            <Section title={t('servers.title')} text={t('servers.text')}>
              <Servers servers={servers} />
            </Section>
          </Stack>
        )}
      </QueryBoundary>
      <ConfirmDialog
        opened={asking.opened}
        onClose={asking.close}
        title={t(`${act}.title`, { id })}
        text={t(`${act}.text`)}
        confirmLabel={t(`${act}.confirm`)}
        danger={act === 'retire'}
        pending={mutation.isPending}
        onConfirm={() => mutation.mutate({ id })}
      />
    </>
  );
}

/** Values that another key than the current one has sealed. */
function old(keys: readonly RingKey[]): number {
  return keys.reduce((sum, { current, total }) => sum + (current ? 0 : total), 0);
}

function KeysTable({ keys, onAsk }: { keys: readonly RingKey[]; onAsk: (asked: Asked) => void }) {
  const { t } = useTranslation('keyRing');
  const columns: Column<RingKey>[] = [
    {
      id: 'id',
      header: t('column.key'),
      primary: true,
      cell: ({ fingerprint, id }) => (
        <div>
          {id}
          <Text fz="xs" c="dimmed" fw={400} ff="monospace">
            {fingerprint || t('missing')}
          </Text>
        </div>
      ),
    },
    { id: 'state', header: t('column.state'), cell: (key) => <KeyState of={key} /> },
    {
      id: 'values',
      header: t('column.values'),
      cell: ({ total, values }) => (
        <div>
          {formatNumber(total)}
          {Object.entries(values).map(([column, count]) => (
            <Text key={column} fz="xs" c="dimmed">
              <Text span inherit ff="monospace">
                {column}
              </Text>{' '}
              {formatNumber(count)}
            </Text>
          ))}
        </div>
      ),
    },
  ];
  return (
    <DataTable
      label={t('list')}
      columns={columns}
      rows={keys}
      rowKey={({ id }) => id}
      actions={({ current, id, total }) =>
        current ? null : (
          <RowMenu name={id}>
            <Menu.Item
              leftSection={<IconKey size={16} />}
              onClick={() => onAsk({ act: 'use', id })}
            >
              {t('use.open')}
            </Menu.Item>
            <Menu.Item
              color="red"
              disabled={total > 0}
              leftSection={<IconTrash size={16} />}
              onClick={() => onAsk({ act: 'retire', id })}
            >
              {t(total > 0 ? 'retire.inUse' : 'retire.open')}
            </Menu.Item>
          </RowMenu>
        )
      }
    />
  );
}

function KeyState({ of }: { of: RingKey }) {
  const { t } = useTranslation('keyRing');
  if (of.fingerprint === '') return <StateBadge state="failed" label={t('state.missing')} />;
  if (of.current) return <StateBadge state="active" label={t('state.current')} />;
  if (of.missingOn.length > 0) {
    return (
      <StateBadge state="pending" label={t('state.lacking', { count: of.missingOn.length })} />
    );
  }
  return <StateBadge state="disabled" label={t('state.opens')} />;
}

function Work({ left, work }: { work: RingReseal; left: number }) {
  const { t } = useTranslation('keyRing');
  return (
    <Stack gap="xs" aria-live="polite">
      <Text fz="sm">
        {work.state === 'running' && <Loader size={14} mr={8} />}
        {left === 0 && work.state !== 'running' && <IconCheck size={15} aria-hidden />}{' '}
        {left === 0 ? t('reseal.none') : t('reseal.left', { count: left })}
        {work.state !== 'never' && ` ${t('reseal.done', { count: work.done })}`}
      </Text>
      {work.error !== null && (
        <Alert role="alert" color="red" variant="light" title={t('reseal.failed')} />
      )}
      {work.damaged.length > 0 && (
        <Alert role="alert" color="orange" variant="light" title={t('reseal.damaged')}>
          <List size="sm" mah={200} style={{ overflowY: 'auto' }}>
            {work.damaged.map((place) => (
              <List.Item key={place} ff="monospace" style={{ overflowWrap: 'anywhere' }}>
                {place}
              </List.Item>
            ))}
          </List>
        </Alert>
      )}
    </Stack>
  );
}

function Servers({ servers }: { servers: readonly RingServer[] }) {
  const { t } = useTranslation('keyRing');
  return (
    <List size="sm" spacing={4}>
      {servers.map(({ current, from, id, keys, self }) => (
        <List.Item key={id} style={{ overflowWrap: 'anywhere' }}>
          <Text span fz="sm" ff="monospace">
            {id}
          </Text>{' '}
          {self && t('servers.self')}{' '}
          {t('servers.has', { current, keys: keys.join(', '), from: t(`servers.from.${from}`) })}
        </List.Item>
      ))}
    </List>
  );
}
