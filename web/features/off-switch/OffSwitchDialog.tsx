import { List, Text } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { trpc } from '../../lib/trpc.ts';
import { useAppMutation } from '../../lib/use-app-mutation.ts';
import { ConfirmDialog } from '../../ui/ConfirmDialog.tsx';

type OffSwitchDialogProps = { user: { id: string; username: string }; onClose: () => void };

const ENDS = ['disabled', 'signIns', 'keys', 'loans', 'running'] as const;

/** Asks before everything of a person is ended, and leads to the receipt. */
export function OffSwitchDialog({ user, onClose }: OffSwitchDialogProps) {
  const { t } = useTranslation('offSwitch');
  const navigate = useNavigate();
  const pull = useAppMutation(trpc.offSwitch.throw.mutationOptions(), {
    invalidate: [trpc.users.pathFilter(), trpc.accounts.list.queryFilter()],
    onDone: ({ id }) => navigate({ to: '/off-switch/$id', params: { id } }),
  });
  return (
    <ConfirmDialog
      opened
      onClose={onClose}
      title={t('dialog.title', { name: user.username })}
      text={
        <>
          <Text>{t('dialog.text')}</Text>
          <List size="sm" my="xs" spacing={4}>
            {ENDS.map((what) => (
              <List.Item key={what}>{t(`dialog.${what}`)}</List.Item>
            ))}
          </List>
          <Text fz="sm" c="dimmed">
            {t('dialog.noUndo')}
          </Text>
        </>
      }
      confirmLabel={t('dialog.confirm')}
      pending={pull.isPending}
      onConfirm={() => pull.mutate({ id: user.id })}
    />
  );
}
