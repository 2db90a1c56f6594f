import { useTranslation } from 'react-i18next';
import type { InviteLink, UserView } from '#shared/schemas/users.ts';
import { trpc } from '../../lib/trpc.ts';
import { useAppMutation } from '../../lib/use-app-mutation.ts';
import { ConfirmDialog } from '../../ui/ConfirmDialog.tsx';

type UserConfirmProps = {
  what: 'reset' | 'disable' | 'enable' | 'factors';
  user: UserView;
  onClose: () => void;
  onLink: (user: UserView, link: InviteLink) => void;
};

/** Asks before a user is disabled, enabled or given a new password, and says what will happen. */
export function UserConfirm({ what, user, onClose, onLink }: UserConfirmProps) {
  const { t } = useTranslation('users');
  const invalidate = [trpc.users.list.queryFilter()];
  const name = user.username;
  const update = useAppMutation(trpc.users.update.mutationOptions(), {
    invalidate,
    onDone: onClose,
    success: what === 'enable' ? t('enable.done', { name }) : t('disable.done', { name }),
  });
  const reset = useAppMutation(trpc.users.resetPassword.mutationOptions(), {
    invalidate,
    onDone: (link) => onLink(user, link),
  });
  const factors = useAppMutation(trpc.users.removeFactors.mutationOptions(), {
    invalidate,
    onDone: onClose,
    success: t('factors.done', { name }),
  });
  const confirm = () => {
    if (what === 'factors') factors.mutate({ id: user.id });
    else if (what === 'reset') reset.mutate({ id: user.id });
    else update.mutate({ id: user.id, state: what === 'enable' ? 'active' : 'disabled' });
  };
  return (
    <ConfirmDialog
      opened
      onClose={onClose}
      title={t(`${what}.title`, { name })}
      text={t(`${what}.text`)}
      confirmLabel={t(`${what}.confirm`)}
      danger={what !== 'enable'}
      pending={update.isPending || reset.isPending || factors.isPending}
      onConfirm={confirm}
    />
  );
}
