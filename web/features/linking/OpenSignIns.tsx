import { Alert, Button, Group, Modal, Text } from '@mantine/core';
import { IconLogin2 } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { LinkOpen } from '#shared/schemas/linking.ts';
import { trpc } from '../../lib/trpc.ts';
import { useDialog } from '../../lib/use-dialog.ts';
import { LinkForm } from './LinkForm.tsx';

/** Sign-ins that wait for the person, who closed the page meanwhile; nothing where there are none. */
export function OpenSignIns() {
  const { t } = useTranslation(['linking', 'common']);
  const open = useQuery(trpc.linking.open.queryOptions());
  const dialog = useDialog<LinkOpen>();
  const clients = useQuery(
    trpc.linking.clients.queryOptions(undefined, { enabled: dialog.value !== null }),
  );
  const resumed = dialog.value;
  const fitting = (clients.data ?? []).filter(({ id }) => id === resumed?.clientId);
  return (
    <>
      {(open.data ?? []).map((one) => (
        <Alert key={keyOf(one)} mb="md" p="sm" variant="light" icon={<IconLogin2 />}>
          <Group justify="space-between" gap="xs">
            <Text fz="sm">{t('open.text', { platform: one.platformName })}</Text>
            <Button size="xs" onClick={() => dialog.open(one)}>
              {t('open.go')}
            </Button>
          </Group>
        </Alert>
      ))}
      <Modal
        opened={dialog.opened}
        onClose={dialog.close}
        title={t('title', { platform: resumed?.platformName ?? '' })}
        closeButtonProps={{ 'aria-label': t('common:close') }}
      >
        {resumed && fitting.length > 0 && (
          <LinkForm
            key={dialog.turn}
            clients={fitting}
            resumed={resumed}
            onClose={() => {
              dialog.close();
              void open.refetch();
            }}
          />
        )}
      </Modal>
    </>
  );
}

function keyOf({ begun, clientId, status }: LinkOpen): string {
  return begun?.attempt ?? (status.state === 'asking' ? status.attempt : clientId);
}
