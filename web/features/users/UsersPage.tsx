import { Button } from '@mantine/core';
import { IconPlus, IconUsers } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { InviteLink, UserView } from '#shared/schemas/users.ts';
import { trpc } from '../../lib/trpc.ts';
import { useDialog } from '../../lib/use-dialog.ts';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { PageHeader } from '../../ui/PageHeader.tsx';
import { QueryBoundary } from '../../ui/QueryBoundary.tsx';
import { Section } from '../../ui/Section.tsx';
import { CreateUser } from './CreateUser.tsx';
import { EditUser } from './EditUser.tsx';
import { LinkDialog, type LinkKind } from './LinkDialog.tsx';
import { UserConfirm } from './UserConfirm.tsx';
import { type UserAction, UsersTable } from './UsersTable.tsx';

type Open =
  | { what: 'create' }
  | { what: UserAction; user: UserView }
  | { what: 'link'; kind: LinkKind; user: UserView; link: InviteLink };

/** Who may use this instance; for admins. */
export function UsersPage() {
  const { t } = useTranslation('users');
  const query = useQuery(trpc.users.list.queryOptions());
  const { opened, value, open: show, close } = useDialog<Open>();
  const open = opened ? value : null;
  const add = (
    <Button leftSection={<IconPlus size={16} />} onClick={() => show({ what: 'create' })}>
      {t('add')}
    </Button>
  );
  return (
    <>
      <PageHeader title={t('title')} subtitle={t('subtitle')} actions={add} />
      <Section flush>
        <QueryBoundary
          query={query}
          empty={
            <EmptyState icon={IconUsers} title={t('empty')} text={t('emptyText')} action={add} />
          }
        >
          {(users) => <UsersTable users={users} onAction={(what, user) => show({ what, user })} />}
        </QueryBoundary>
      </Section>
      {open?.what === 'create' && (
        <CreateUser
          onClose={close}
          onInvited={(user, link) => show({ what: 'link', kind: 'invite', user, link })}
        />
      )}
      {open?.what === 'edit' && <EditUser user={open.user} onClose={close} />}
      {(open?.what === 'reset' || open?.what === 'disable' || open?.what === 'enable') && (
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
