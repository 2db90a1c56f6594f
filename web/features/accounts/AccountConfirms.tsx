import { useTranslation } from 'react-i18next';
import type { AccountView } from '#shared/schemas/accounts.ts';
import { trpc } from '../../lib/trpc.ts';
import { useAppMutation } from '../../lib/use-app-mutation.ts';
import { ConfirmDialog } from '../../ui/ConfirmDialog.tsx';
import { accountQueries } from './use-accounts.ts';

type ConfirmProps = { opened: boolean; onClose: () => void; account: AccountView };

/** Asks before an account stops serving. */
export function DisableAccount({ opened, onClose, account }: ConfirmProps) {
  const { t } = useTranslation('accounts');
  const { id, name, shared } = account;
  const disable = useAppMutation(trpc.accounts.update.mutationOptions(), {
    success: t('disable.done', { name }),
    invalidate: accountQueries(),
    onDone: onClose,
  });
  return (
    <ConfirmDialog
      opened={opened}
      onClose={onClose}
      title={t('disable.title', { name })}
      text={shared ? t('disable.shared') : t('disable.own')}
      confirmLabel={t('disable.confirm')}
      pending={disable.isPending}
      onConfirm={() => disable.mutate({ id, enabled: false })}
    />
  );
}

/** Asks before an account and its key are gone for good. */
export function DeleteAccount({ opened, onClose, account }: ConfirmProps) {
  const { t } = useTranslation('accounts');
  const { id, name, shared, platformName: platform } = account;
  const remove = useAppMutation(trpc.accounts.delete.mutationOptions(), {
    success: t('delete.done', { name }),
    invalidate: accountQueries(),
    onDone: onClose,
  });
  return (
    <ConfirmDialog
      opened={opened}
      onClose={onClose}
      title={t('delete.title', { name })}
      text={shared ? t('delete.shared', { platform }) : t('delete.own', { platform })}
      confirmLabel={t('delete.confirm')}
      pending={remove.isPending}
      onConfirm={() => remove.mutate({ id })}
    />
  );
}
