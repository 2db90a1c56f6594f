import { Alert, Button, Group, Loader, Modal, Stack, Text } from '@mantine/core';
import { IconAlertTriangle, IconCheck } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { FINAL_FAILURES, type VaultRefreshed, type VaultView } from '#shared/schemas/vault.ts';
import { formatDateTime } from '../../lib/format.ts';
import { queryClient, trpc } from '../../lib/trpc.ts';
import { ErrorState } from '../../ui/ErrorState.tsx';

type RefreshDialogProps = {
  row: VaultView;
  opened: boolean;
  onClose: () => void;
  /** Leads to where another token is given. */
  onReplace: () => void;
};

/** Refreshes an account at once and says how it went, and what to do if it did not. */
export function RefreshDialog({ onClose, onReplace, opened, row }: RefreshDialogProps) {
  const { t } = useTranslation(['vault', 'common']);
  const { data, error, mutate } = useMutation(
    trpc.vault.refresh.mutationOptions({
      onSettled: () => queryClient.invalidateQueries(trpc.vault.pathFilter()),
    }),
  );
  const begun = useRef(false);
  useEffect(() => {
    if (begun.current) return;
    begun.current = true;
    mutate({ id: row.id });
  }, [mutate, row.id]);
  const failure = data && data.outcome !== 'rotated' && data.outcome !== 'kept' && data.outcome;
  const again = () => mutate({ id: row.id });
  return (
    <Modal opened={opened} onClose={onClose} title={t('refresh.title', { name: row.bizId })}>
      <Stack gap="md" role="status">
        {!data && !error && (
          <Group gap="sm">
            <Loader size="sm" />
            <Text>{t('refresh.running')}</Text>
          </Group>
        )}
        {error && <ErrorState error={error} onRetry={again} />}
        {data && !error && <Outcome result={data} />}
      </Stack>
      <Group justify="flex-end" mt="lg" gap="xs">
        {failure && FINAL_FAILURES.has(failure) && (
          <Button variant="default" onClick={onReplace}>
            {t('action.replace')}
          </Button>
        )}
        {failure && !FINAL_FAILURES.has(failure) && (
          <Button variant="default" onClick={again}>
            {t('common:retry')}
          </Button>
        )}
        <Button onClick={onClose}>{t('common:close')}</Button>
      </Group>
    </Modal>
  );
}

function Outcome({ result: { expiresAt, outcome, text } }: { result: VaultRefreshed }) {
  const { t } = useTranslation('vault');
  if (outcome === 'rotated' || outcome === 'kept') {
    return (
      <Alert color="teal" variant="light" icon={<IconCheck />}>
        {t(`refresh.${outcome}`)}{' '}
        {expiresAt && t('refresh.ends', { at: formatDateTime(expiresAt) })}
      </Alert>
    );
  }
  return (
    <Alert
      color="red"
      variant="light"
      icon={<IconAlertTriangle />}
      title={t(`failure.${outcome}.title`)}
    >
      <Text fz="sm">{t(`failure.${outcome}.next`)}</Text>
      {text && (
        <Text fz="sm" mt="xs" c="dimmed" style={{ overflowWrap: 'anywhere' }}>
          {t('refresh.said', { text })}
        </Text>
      )}
    </Alert>
  );
}
