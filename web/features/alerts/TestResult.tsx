import { Alert, Button, Group, Modal, Stack, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { ChannelView } from '#shared/schemas/alerts.ts';
import { trpc } from '../../lib/trpc.ts';
import { useAppMutation } from '../../lib/use-app-mutation.ts';

type TestResultProps = { opened: boolean; onClose: () => void; channel: ChannelView };

/** Sends a test message, and shows what came back. */
export function TestResult({ opened, onClose, channel }: TestResultProps) {
  const { t } = useTranslation(['alerts', 'common']);
  const test = useAppMutation(trpc.alerts.testChannel.mutationOptions(), {
    invalidate: [trpc.alerts.channels.queryFilter(), trpc.alerts.deliveries.pathFilter()],
  });
  const result = test.data;
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={`${t('channels.test')}: ${channel.name}`}
      closeButtonProps={{ 'aria-label': t('common:close') }}
    >
      <Stack gap="md">
        <Text c="dimmed" style={{ overflowWrap: 'anywhere' }}>
          {t(`channels.kind.${channel.kind}`)} · {channel.shown}
        </Text>
        {result && (
          <Alert
            color={result.ok ? 'green' : 'red'}
            variant="light"
            title={t(result.ok ? 'channels.tested' : 'channels.testFailed')}
          >
            <Text fz="sm" style={{ overflowWrap: 'anywhere' }}>
              {[result.status === null ? '' : `HTTP ${result.status}`, result.answer]
                .filter((part) => part !== '')
                .join(' · ')}
            </Text>
          </Alert>
        )}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            {t('common:close')}
          </Button>
          <Button
            data-autofocus
            loading={test.isPending}
            onClick={() => test.mutate({ id: channel.id })}
          >
            {t('channels.test')}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
