import { Button } from '@mantine/core';
import { IconFileImport, IconPlus } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import type { InviteLink, UserView } from '#shared/schemas/users.ts';
import { useDialog } from '../../lib/use-dialog.ts';
import { useCan } from '../../lib/use-me.ts';
import { PageHeader } from '../../ui/PageHeader.tsx';
import { OffSwitchDialog } from '../off-switch/OffSwitchDialog.tsx';
import { PluginKeys } from '../plugin-api/PluginKeys.tsx';
import { WaitingList } from '../registration/WaitingList.tsx';
import { CreateUser } from './CreateUser.tsx';
import { DeleteUser } from './DeleteUser.tsx';
import { EditUser } from './EditUser.tsx';
import { ImportUsers } from './ImportUsers.tsx';
import { LinkDialog, type LinkKind } from './LinkDialog.tsx';
import { TrustLevels } from './TrustLevels.tsx';
import { UserConfirm } from './UserConfirm.tsx';
import { UserDrawer } from './UserDrawer.tsx';
import { UserList } from './UserList.tsx';
import { isConfirmed, type UserAction } from './user-actions.ts';

type Open =
  | { what: 'create' | 'import' }
  | { what: UserAction; user: UserView }
  | { what: 'link'; kind: LinkKind; user: UserView; link: InviteLink };

/** Who may use this instance, and how much. */
export function UsersPage() {
  const { t } = useTranslation('users');
  const dialog = useDialog<Open>();
  const drawer = useDialog<UserView>();
  const mayWrite = useCan('users.write');
  const maySeeLimits = useCan('limits.read');
  const { open: show, close, opened, value } = dialog;
  const open = opened ? value : null;
  const act = (what: UserAction, user: UserView) => show({ what, user });
  const add = mayWrite && (
    <Button leftSection={<IconPlus size={16} />} onClick={() => show({ what: 'create' })}>
      {t('add')}
    </Button>
  );
  return (
    <>
      <PageHeader
        title={t('title')}
        subtitle={t('subtitle')}
        actions={
          mayWrite && (
            <>
              <Button
                variant="default"
                leftSection={<IconFileImport size={16} />}
                onClick={() => show({ what: 'import' })}
              >
                {t('import.open')}
              </Button>
              {add}
            </>
          )
        }
      />
      <WaitingList />
      <PluginKeys />
      <UserList empty={add} onOpen={drawer.open} onAction={act} />
      {maySeeLimits && <TrustLevels />}
      <UserDrawer
        id={drawer.value?.id ?? null}
        name={drawer.value?.username ?? ''}
        opened={drawer.opened}
        onClose={drawer.close}
        onAction={act}
      />
      {open?.what === 'create' && (
        <CreateUser
          onClose={close}
          onInvited={(user, link) => show({ what: 'link', kind: 'invite', user, link })}
        />
      )}
      {open?.what === 'import' && <ImportUsers onClose={close} />}
      {open?.what === 'edit' && <EditUser user={open.user} onClose={close} />}
      {open?.what === 'off' && <OffSwitchDialog user={open.user} onClose={close} />}
      {open?.what === 'delete' && (
        <DeleteUser
          user={open.user}
          opened
          onClose={close}
          onDeleted={() => {
            close();
            drawer.close();
          }}
        />
      )}
      {open !== null && isConfirmed(open.what) && 'user' in open && (
        <UserConfirm
          what={open.what}
          user={open.user}
          onClose={close}
          onLink={(user, link) =>
            show({ what: 'link', kind: user.hasPassword ? 'reset' : 'invite', user, link })
          }
        />
      )}
      {open?.what === 'link' && (
        <LinkDialog kind={open.kind} user={open.user} link={open.link} onClose={close} />
      )}
    </>
  );
}
