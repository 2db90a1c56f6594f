import { Button, Group, Stack, Text, Title } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { UserDevice } from '#shared/schemas/users.ts';
import { trpc } from '../../lib/trpc.ts';
import { useAppMutation } from '../../lib/use-app-mutation.ts';
import { useCan } from '../../lib/use-me.ts';
import { ConfirmDialog } from '../../ui/ConfirmDialog.tsx';
import { RelativeTime } from '../../ui/figures.tsx';
import { QueryBoundary } from '../../ui/QueryBoundary.tsx';
import classes from './users.module.css';

/** Where somebody is signed in; each can be signed out, or all. */
export function UserDevices({ id, name }: { id: string; name: string }) {
  const { t } = useTranslation('users');
  const mayWrite = useCan('users.write');
  const [asking, ask] = useDisclosure(false);
  const query = useQuery(trpc.users.devices.queryOptions({ id }));
  const end = useAppMutation(trpc.users.endDevices.mutationOptions(), {
    invalidate: [trpc.users.devices.queryFilter(), trpc.users.get.queryFilter()],
    onDone: ask.close,
    success: (_, { deviceId }) => t(deviceId ? 'devices.ended' : 'devices.allEnded', { name }),
  });
  const some = (query.data?.length ?? 0) > 0;
  return (
    <section>
      <Group justify="space-between" mb="xs">
        <Title order={3} fz="md">
          {t('devices.title')}
        </Title>
        {mayWrite && some && (
          <Button size="xs" variant="default" onClick={ask.open}>
            {t('devices.endAll')}
          </Button>
        )}
      </Group>
      <QueryBoundary query={query} empty={<Text c="dimmed">{t('devices.none')}</Text>}>
        {(devices) => (
          <Stack component="ul" gap="xs" className={classes.devices ?? ''}>
            {devices.map((device) => (
              <Device
                key={device.id}
                device={device}
                onEnd={mayWrite ? () => end.mutate({ id, deviceId: device.id }) : null}
              />
            ))}
          </Stack>
        )}
      </QueryBoundary>
      <ConfirmDialog
        opened={asking}
        onClose={ask.close}
        title={t('devices.endAllTitle', { name })}
        text={t('devices.endAllText')}
        confirmLabel={t('devices.endAll')}
        pending={end.isPending}
        onConfirm={() => end.mutate({ id })}
      />
    </section>
  );
}

function Device({ device, onEnd }: { device: UserDevice; onEnd: (() => void) | null }) {
  const { t } = useTranslation('users');
  const { address, kind, lastSeenAt, userAgent } = device;
  return (
    <li>
      <div className={classes.device}>
        <Text fz="sm" lineClamp={1} title={userAgent}>
          {userAgent || t(`devices.${kind}`)}
        </Text>
        <Text fz="xs" c="dimmed">
          {t(`devices.${kind}`)} · {address} · <RelativeTime iso={lastSeenAt} />
        </Text>
      </div>
      {onEnd && (
        <Button size="compact-xs" variant="default" onClick={onEnd}>
          {t('devices.end')}
        </Button>
      )}
    </li>
  );
}
