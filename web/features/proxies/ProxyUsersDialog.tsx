import { List, Modal, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { ProxyView } from '#shared/schemas/proxies.ts';
import { trpc } from '../../lib/trpc.ts';
import { QueryBoundary } from '../../ui/QueryBoundary.tsx';

type ProxyUsersDialogProps = { opened: boolean; onClose: () => void; proxy: ProxyView };

/** Which accounts go through a proxy. */
export function ProxyUsersDialog({ onClose, opened, proxy }: ProxyUsersDialogProps) {
  const { t } = useTranslation('proxies');
  const users = useQuery(trpc.proxies.users.queryOptions({ id: proxy.id }));
  return (
    <Modal opened={opened} onClose={onClose} title={t('users.title', { name: proxy.name })}>
      <QueryBoundary query={users}>
        {({ accounts, total }) => (
          <>
            <List spacing={4}>
              {accounts.map(({ email, id, name, platformId }) => (
                <List.Item key={id} style={{ overflowWrap: 'anywhere' }}>
                  {name}{' '}
                  <Text span fz="sm" c="dimmed">
                    {[email, platformId].filter(Boolean).join(' · ')}
                  </Text>
                </List.Item>
              ))}
            </List>
            {total > accounts.length && (
              <Text fz="sm" c="dimmed" mt="sm">
                {t('users.more', { count: total - accounts.length })}
              </Text>
            )}
          </>
        )}
      </QueryBoundary>
    </Modal>
  );
}
