import { Button } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { UserDevice } from '#shared/schemas/users.ts';
import { trpc } from '../../lib/trpc.ts';
import { useAppMutation } from '../../lib/use-app-mutation.ts';
import { useCan } from '../../lib/use-me.ts';
import { ConfirmDialog } from '../../ui/ConfirmDialog.tsx';
import { RelativeTime } from '../../ui/figures.tsx';
import { deviceOf } from '../sessions/device-name.ts';
import { PersonList, Thing } from './PersonList.tsx';

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
  const ending = end.isPending ? end.variables.deviceId : undefined;
  return (
    <>
      <PersonList
        title={t('devices.title')}
        none={t('devices.none')}
        query={query}
        keyOf={(device) => device.id}
        actions={
          mayWrite &&
          some && (
            <Button size="xs" variant="default" onClick={ask.open}>
              {t('devices.endAll')}
            </Button>
          )
        }
      >
        {(device) => (
          <Device
            device={device}
            ending={ending === device.id}
            onEnd={mayWrite ? () => end.mutate({ id, deviceId: device.id }) : null}
          />
        )}
      </PersonList>
      <ConfirmDialog
        opened={asking}
        onClose={ask.close}
        title={t('devices.endAllTitle', { name })}
        text={t('devices.endAllText')}
        confirmLabel={t('devices.endAll')}
        pending={end.isPending}
        onConfirm={() => end.mutate({ id })}
      />
    </>
  );
}

type DeviceProps = { device: UserDevice; ending: boolean; onEnd: (() => void) | null };

function Device({ device, ending, onEnd }: DeviceProps) {
  const { t } = useTranslation(['users', 'profile']);
  const { address, kind, lastSeenAt, userAgent } = device;
  const { browser, system } = deviceOf(userAgent);
  const known = browser && system ? t('profile:devices.browserOn', { browser, system }) : null;
  const name = known ?? browser ?? system ?? (userAgent.slice(0, 60) || t(`devices.${kind}`));
  return (
    <Thing
      name={<span title={userAgent}>{name}</span>}
      detail={
        <>
          {t(`devices.${kind}`)} · {address} · <RelativeTime iso={lastSeenAt} />
        </>
      }
      end={
        onEnd && (
          <Button
            size="compact-xs"
            variant="default"
            loading={ending}
            aria-label={t('devices.endOf', { device: name })}
            onClick={onEnd}
          >
            {t('devices.end')}
          </Button>
        )
      }
    />
  );
}
