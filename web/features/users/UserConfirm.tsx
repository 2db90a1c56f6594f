import { useTranslation } from 'react-i18next';
import type { InviteLink, UserView } from '#shared/schemas/users.ts';
import { trpc } from '../../lib/trpc.ts';
import { useAppMutation } from '../../lib/use-app-mutation.ts';
import { ConfirmDialog } from '../../ui/ConfirmDialog.tsx';
import type { ConfirmedAction } from './user-actions.ts';

const STATES = { enable: 'active', silence: 'silenced', disable: 'disabled' } as const;

type UserConfirmProps = {
  what: ConfirmedAction;
  user: UserView;
  onClose: () => void;
  onLink: (user: UserView, link: InviteLink) => void;
};

/** Asks before a user is silenced, disabled, enabled or given a new password, and says what will happen. */
export function UserConfirm({ what, user, onClose, onLink }: UserConfirmProps) {
  const { t } = useTranslation('users');
  const invalidate = [trpc.users.pathFilter()];
  const name = user.username;
  const update = useAppMutation(trpc.users.update.mutationOptions(), {
    invalidate,
    onDone: onClose,
    success: () => (isState(what) ? t(`${what}.done`, { name }) : null),
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
    else if (isState(what)) update.mutate({ id: user.id, state: STATES[what] });
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

function isState(what: ConfirmedAction): what is keyof typeof STATES {
  return what in STATES;
}
