import { Button, Group, List, Loader, Modal, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { ProviderView } from '#shared/schemas/sso.ts';
import { client } from '../../lib/trpc.ts';
import { QueryBoundary } from '../../ui/QueryBoundary.tsx';
import { StateBadge } from '../../ui/StateBadge.tsx';

type CheckDialogProps = { opened: boolean; onClose: () => void; service: ProviderView };

/** Asks the service whether it is where it is said to be, and tells step by step. */
export function CheckDialog({ opened, onClose, service }: CheckDialogProps) {
  const { t } = useTranslation(['sso', 'common']);
  const query = useQuery({
    queryKey: ['sso-check', service.id, service.updatedAt],
    queryFn: () => client.sso.checkProvider.mutate({ id: service.id }),
    enabled: opened,
    gcTime: 0,
    staleTime: 0,
    retry: false,
  });
  return (
    <Modal opened={opened} onClose={onClose} title={t('check.title', { name: service.name })}>
      {query.isFetching && <Loader size="sm" aria-label={t('common:loading')} />}
      {!query.isFetching && (
        <QueryBoundary query={query}>
          {({ steps }) => (
            <List listStyleType="none" spacing="md" aria-live="polite">
              {steps.map(({ step, address, ok, problem }) => (
                <List.Item key={step}>
                  <Group gap="xs">
                    <StateBadge state={ok ? 'ok' : 'failed'} />
                    <Text fw={550}>{t(`check.step.${step}`)}</Text>
                  </Group>
                  <Text fz="sm" c="dimmed" style={{ overflowWrap: 'anywhere' }}>
                    {address}
                  </Text>
                  {problem !== '' && (
                    <Text fz="sm" lang="en" style={{ overflowWrap: 'anywhere' }}>
                      {problem}
                    </Text>
                  )}
                </List.Item>
              ))}
            </List>
          )}
        </QueryBoundary>
      )}
      <Group justify="flex-end" mt="lg" gap="xs">
        <Button variant="default" loading={query.isFetching} onClick={() => void query.refetch()}>
          {t('check.again')}
        </Button>
        <Button onClick={onClose}>{t('common:close')}</Button>
      </Group>
    </Modal>
  );
}
