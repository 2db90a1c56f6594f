import { Button, Group, SegmentedControl, Select, Stack, Text, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { LinkBegun, LinkClient, LinkOpen, LinkStatus } from '#shared/schemas/linking.ts';
import { queryClient, trpc } from '../../lib/trpc.ts';
import { useAppMutation } from '../../lib/use-app-mutation.ts';
import { notifySuccess } from '../../ui/notify.tsx';
import { CodeWay } from './CodeWay.tsx';
import { DeviceWay } from './DeviceWay.tsx';
import { LinkProblemNote, LinkQuestion } from './LinkOutcome.tsx';
import { TokenWay } from './TokenWay.tsx';

type LinkFormProps = {
  /** At least one, of one platform. */
  clients: readonly LinkClient[];
  /** The account to be signed in again; else a new one. */
  accountId?: string;
  /** One that was begun before. */
  resumed?: LinkOpen;
  onClose: () => void;
};

type Way = 'code' | 'device' | 'token';

/** Signing in to an account: which client, which way, and how it goes. */
export function LinkForm({ clients, accountId, resumed, onClose }: LinkFormProps) {
  const { t } = useTranslation('linking');
  const [begun, setBegun] = useState<LinkBegun | null>(resumed?.begun ?? null);
  const [status, setStatus] = useState<LinkStatus | null>(resumed?.status ?? null);
  useProgress(begun, status, setStatus);
  useEffect(() => {
    if (status?.state !== 'done') return;
    void queryClient.invalidateQueries(trpc.accounts.pathFilter());
    void queryClient.invalidateQueries(trpc.platforms.list.queryFilter());
    void queryClient.invalidateQueries(trpc.models.pathFilter());
    void queryClient.invalidateQueries(trpc.linking.open.queryFilter());
    notifySuccess(t('done', { name: status.account.name }));
    onClose();
  }, [status, t, onClose]);

  if (status?.state === 'asking') {
    return <LinkQuestion status={status} onStatus={setStatus} onLeave={onClose} />;
  }
  if (status?.state === 'failed') {
    const restart = () => {
      setBegun(null);
      setStatus(null);
    };
    return (
      <Stack gap="md">
        <LinkProblemNote status={status} />
        <Group justify="flex-end">
          <Button onClick={restart}>{t('restart')}</Button>
        </Group>
      </Stack>
    );
  }
  if (begun?.way === 'device') return <DeviceWay begun={begun} />;
  if (begun?.way === 'code') return <CodeWay begun={begun} onStatus={setStatus} />;
  const again = accountId === undefined ? {} : { accountId };
  return <LinkStart clients={clients} {...again} onBegun={setBegun} onStatus={setStatus} />;
}

type LinkStartProps = Pick<LinkFormProps, 'clients' | 'accountId'> & {
  onBegun: (begun: LinkBegun) => void;
  onStatus: (status: LinkStatus) => void;
};

/** By which client, which way, and what the account is to be called. */
function LinkStart({ clients, accountId, onBegun, onStatus }: LinkStartProps) {
  const { t } = useTranslation('linking');
  const [clientId, setClientId] = useState(clients[0]?.id);
  const client = clients.find(({ id }) => id === clientId) ?? clients[0];
  const ways = waysOf(client);
  const [picked, setPicked] = useState<Way>('code');
  const way = ways.includes(picked) ? picked : (ways[0] ?? 'token');
  const [name, setName] = useState('');
  const begin = useAppMutation(trpc.linking.begin.mutationOptions(), { onDone: onBegun });
  if (!client) return null;
  const wish = {
    clientId: client.id,
    ...(accountId === undefined ? {} : { accountId }),
    ...(name.trim() === '' ? {} : { name: name.trim() }),
  };
  return (
    <Stack gap="md">
      {clients.length > 1 && (
        <Select
          label={t('client')}
          allowDeselect={false}
          data={clients.map(({ id, name: label }) => ({ value: id, label }))}
          value={client.id}
          onChange={(id) => id !== null && setClientId(id)}
        />
      )}
      {ways.length > 1 && (
        <SegmentedControl
          fullWidth
          aria-label={t('way')}
          value={way}
          onChange={setPicked}
          data={ways.map((value) => ({ value, label: t(`ways.${value}`) }))}
        />
      )}
      <Text fz="sm">{t(`${way}.intro`, { platform: client.platformName })}</Text>
      {accountId === undefined && (
        <TextInput
          label={t('name')}
          description={t('nameHint')}
          maxLength={100}
          value={name}
          onChange={({ currentTarget }) => setName(currentTarget.value)}
        />
      )}
      {way === 'token' ? (
        <TokenWay wish={wish} onStatus={onStatus} />
      ) : (
        <Group justify="flex-end">
          <Button
            data-autofocus
            loading={begin.isPending}
            onClick={() => begin.mutate({ ...wish, way })}
          >
            {t('begin')}
          </Button>
        </Group>
      )}
    </Stack>
  );
}

function waysOf(client: LinkClient | undefined): Way[] {
  return [
    ...(client?.code ? (['code'] as const) : []),
    ...(client?.device ? (['device'] as const) : []),
    'token',
  ];
}

const EVERY_MS = 2_000;

/** Asks how far a sign-in is while it waits: it may end in another tab, or on another device. */
function useProgress(
  begun: LinkBegun | null,
  status: LinkStatus | null,
  onStatus: (status: LinkStatus) => void,
): void {
  const waits = begun !== null && (status === null || status.state === 'waiting');
  const { data } = useQuery(
    trpc.linking.status.queryOptions(
      { attempt: begun?.attempt ?? '' },
      { enabled: waits, refetchInterval: EVERY_MS, gcTime: 0 },
    ),
  );
  useEffect(() => {
    if (waits && data && data.state !== 'waiting') onStatus(data);
  }, [waits, data, onStatus]);
}
