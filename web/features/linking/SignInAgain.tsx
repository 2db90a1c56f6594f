import { Alert, Button, Modal, Text } from '@mantine/core';
import { IconLogin2 } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { AccountView } from '#shared/schemas/accounts.ts';
import { trpc } from '../../lib/trpc.ts';
import { useDialog } from '../../lib/use-dialog.ts';
import { LinkForm } from './LinkForm.tsx';

/** Offers to sign in again where the sign-in of an account has ended; nothing for others. */
export function SignInAgain({ account }: { account: AccountView }) {
  const { t } = useTranslation(['linking', 'common']);
  const clients = useQuery(trpc.linking.clients.queryOptions({ accountId: account.id }));
  const dialog = useDialog<true>();
  if (!clients.data || clients.data.length === 0) return null;
  return (
    <Alert mb="md" p="sm" variant="light" icon={<IconLogin2 />}>
      <Text fz="sm" mb="xs">
        {t('againText')}
      </Text>
      <Button size="xs" onClick={() => dialog.open(true)}>
        {t('again')}
      </Button>
      <Modal
        opened={dialog.opened}
        onClose={dialog.close}
        title={t('againTitle', { name: account.name })}
        closeButtonProps={{ 'aria-label': t('common:close') }}
      >
        <LinkForm
          key={dialog.turn}
          clients={clients.data}
          accountId={account.id}
          onClose={dialog.close}
        />
      </Modal>
    </Alert>
  );
}
