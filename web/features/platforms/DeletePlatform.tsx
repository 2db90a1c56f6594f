import { Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { PlatformView } from '#shared/schemas/platforms.ts';
import { trpc } from '../../lib/trpc.ts';
import { useAppMutation } from '../../lib/use-app-mutation.ts';
import { ConfirmDialog } from '../../ui/ConfirmDialog.tsx';

type DeletePlatformProps = { opened: boolean; onClose: () => void; platform: PlatformView };

/** Asks before an added platform is gone; says so beforehand when accounts still need it. */
export function DeletePlatform({ opened, onClose, platform }: DeletePlatformProps) {
  const { t } = useTranslation('platforms');
  const { id, name, accounts } = platform;
  const remove = useAppMutation(trpc.platforms.delete.mutationOptions(), {
    success: t('delete.done', { name }),
    invalidate: [trpc.platforms.list.queryFilter()],
    onDone: onClose,
  });
  return (
    <ConfirmDialog
      opened={opened}
      onClose={onClose}
      title={t('delete.title', { name })}
      text={
        <>
          {t('delete.text', { id })}
          {accounts > 0 && (
            <Text fw={550} mt="xs">
              {t('delete.inUse', { count: accounts })}
            </Text>
          )}
        </>
      }
      confirmLabel={t('delete.confirm')}
      pending={remove.isPending}
      onConfirm={() => remove.mutate({ id })}
    />
  );
}
