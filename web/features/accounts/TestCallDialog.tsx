import { Alert, Button, Group, Loader, Modal, Stack, Text } from '@mantine/core';
import { IconCheck, IconX } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { AccountTest, AccountView } from '#shared/schemas/accounts.ts';
import { formatDuration } from '../../lib/format.ts';
import { ErrorState } from '../../ui/ErrorState.tsx';
import classes from './accounts.module.css';
import type { TestCall } from './use-test-call.ts';

const SLOW_MS = 8_000;

/** A test call while it runs and what came of it. */
export function TestCallDialog({ test }: { test: TestCall }) {
  const { dialog, call, again } = test;
  const { t } = useTranslation(['accounts', 'common']);
  const account = dialog.value;
  if (!account) return null;
  return (
    <Modal
      opened={dialog.opened}
      onClose={dialog.close}
      title={t('test.title', { name: account.name })}
      styles={{ title: { fontSize: '1.0625rem', fontWeight: 620, overflowWrap: 'anywhere' } }}
      closeButtonProps={{ 'aria-label': t('common:close') }}
    >
      <Stack gap="md" mih={130} aria-live="polite">
        {call.isPending && <Running account={account} />}
        {call.data && <Result account={account} result={call.data} />}
        {call.error && <ErrorState error={call.error} />}
      </Stack>
      <Group justify="flex-end" mt="lg" gap="xs">
        <Button variant="default" onClick={again} disabled={call.isPending}>
          {t('test.again')}
        </Button>
        <Button onClick={dialog.close} data-autofocus>
          {call.isPending ? t('common:close') : t('common:done')}
        </Button>
      </Group>
    </Modal>
  );
}

function Running({ account }: { account: AccountView }) {
  const { t } = useTranslation('accounts');
  const [elapsedMs, setElapsedMs] = useState(0);
  useEffect(() => {
    const start = performance.now();
    const timer = setInterval(() => setElapsedMs(performance.now() - start), 100);
    return () => clearInterval(timer);
  }, []);
  return (
    <Group wrap="nowrap" align="flex-start" gap="md">
      <Loader size="sm" mt={2} />
      <div>
        <Text fw={550}>{t('test.running', { platform: account.platformName })}</Text>
        <Text c="dimmed" fz="sm">
          {elapsedMs < SLOW_MS ? t('test.patience') : t('test.slow')}
        </Text>
      </div>
      <Text c="dimmed" fz="sm" ml="auto" className="gh-figures" aria-hidden>
        {formatDuration(Math.floor(elapsedMs / 100) * 100)}
      </Text>
    </Group>
  );
}

function Result({ account, result }: { account: AccountView; result: AccountTest }) {
  const { t } = useTranslation('accounts');
  const { ok, latencyMs, model, message } = result;
  return (
    <>
      <Alert
        color={ok ? 'teal' : 'red'}
        variant="light"
        icon={ok ? <IconCheck /> : <IconX />}
        title={ok ? t('test.ok', { platform: account.platformName }) : t('test.failed')}
      >
        <Group gap="lg" fz="sm" className="gh-figures">
          <span>
            {t('test.took')}: {formatDuration(latencyMs)}
          </span>
          <span className={classes.grow}>
            {model === null ? t('test.modelList') : t('test.model', { model })}
          </span>
        </Group>
      </Alert>
      {message !== '' && (
        <div>
          <Text fz="sm" fw={500} mb={4}>
            {ok ? t('test.answer') : t('test.problem')}
          </Text>
          <p className={classes.answer}>{message}</p>
        </div>
      )}
    </>
  );
}
