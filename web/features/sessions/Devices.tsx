import { Badge, Button, Group, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconDevices } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { SessionView } from '#shared/schemas/sessions.ts';
import { trpc } from '../../lib/trpc.ts';
import { useAppMutation } from '../../lib/use-app-mutation.ts';
import { ConfirmDialog } from '../../ui/ConfirmDialog.tsx';
import { DataTable } from '../../ui/DataTable.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { RelativeTime } from '../../ui/figures.tsx';
import { QueryBoundary } from '../../ui/QueryBoundary.tsx';
import { Section } from '../../ui/Section.tsx';
import { deviceOf } from './device-name.ts';

function useDeviceName(): (session: SessionView) => string {
  const { t } = useTranslation('profile');
  return ({ userAgent }) => {
    const { browser, system } = deviceOf(userAgent);
    if (browser && system) return t('devices.browserOn', { browser, system });
    return browser ?? system ?? (userAgent.slice(0, 60) || t('devices.unknown'));
  };
}

/** The person's sessions, the one in use marked; the others can be ended. */
export function Devices() {
  const { t } = useTranslation('profile');
  const query = useQuery(trpc.sessions.list.queryOptions());
  const nameOf = useDeviceName();
  const [ending, setEnding] = useState<SessionView | null>(null);
  const [opened, dialog] = useDisclosure(false);
  const end = useAppMutation(trpc.sessions.end.mutationOptions(), {
    success: t('devices.ended'),
    invalidate: [trpc.sessions.list.queryFilter()],
    onDone: dialog.close,
  });
  return (
    <Section title={t('devices.title')} text={t('devices.text')} flush>
      <QueryBoundary
        query={query}
        empty={
          <EmptyState icon={IconDevices} title={t('devices.empty')} text={t('devices.emptyText')} />
        }
      >
        {(sessions) => (
          <DataTable
            label={t('devices.title')}
            rows={sessions}
            rowKey={(session) => session.id}
            columns={[
              {
                id: 'device',
                header: t('devices.device'),
                primary: true,
                cell: (session) => (
                  <Group gap="xs">
                    {nameOf(session)}
                    {session.current && (
                      <Badge size="sm" variant="light" tt="none">
                        {t('devices.current')}
                      </Badge>
                    )}
                  </Group>
                ),
              },
              {
                id: 'address',
                header: t('devices.address'),
                cell: (session) => (
                  <Text ff="monospace" fz="sm">
                    {session.address}
                  </Text>
                ),
              },
              {
                id: 'since',
                header: t('devices.since'),
                cell: (session) => <RelativeTime iso={session.createdAt} />,
              },
              {
                id: 'seen',
                header: t('devices.seen'),
                cell: (session) => <RelativeTime iso={session.lastSeenAt} />,
              },
              {
                id: 'until',
                header: t('devices.until'),
                cell: (session) => <RelativeTime iso={session.expiresAt} />,
              },
            ]}
            actions={(session) =>
              session.current ? null : (
                <Button
                  size="xs"
                  variant="default"
                  onClick={() => {
                    setEnding(session);
                    dialog.open();
                  }}
                >
                  {t('devices.end')}
                </Button>
              )
            }
          />
        )}
      </QueryBoundary>
      <ConfirmDialog
        opened={opened}
        onClose={dialog.close}
        title={t('devices.endTitle', { device: ending ? nameOf(ending) : '' })}
        text={t('devices.endText')}
        confirmLabel={t('devices.end')}
        pending={end.isPending}
        onConfirm={() => ending && end.mutate({ id: ending.id })}
      />
    </Section>
  );
}
