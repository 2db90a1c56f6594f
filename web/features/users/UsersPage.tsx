import { Button, Group, Text } from '@mantine/core';
import { IconFilterOff, IconPlus, IconUsers } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useDeferredValue, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { InviteLink, UserView } from '#shared/schemas/users.ts';
import { trpc } from '../../lib/trpc.ts';
import { useDialog } from '../../lib/use-dialog.ts';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { PageHeader } from '../../ui/PageHeader.tsx';
import { QueryBoundary } from '../../ui/QueryBoundary.tsx';
import { SearchField } from '../../ui/SearchField.tsx';
import { Section } from '../../ui/Section.tsx';
import { OffSwitchDialog } from '../off-switch/OffSwitchDialog.tsx';
import { CreateUser } from './CreateUser.tsx';
import { EditUser } from './EditUser.tsx';
import { filterUsers } from './filter-users.ts';
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
      <QueryBoundary
        query={query}
        empty={
          <Section>
            <EmptyState icon={IconUsers} title={t('empty')} text={t('emptyText')} action={add} />
          </Section>
        }
      >
        {(users) => <UserList users={users} onAction={(what, user) => show({ what, user })} />}
      </QueryBoundary>
      {open?.what === 'create' && (
        <CreateUser
          onClose={close}
          onInvited={(user, link) => show({ what: 'link', kind: 'invite', user, link })}
        />
      )}
      {open?.what === 'edit' && <EditUser user={open.user} onClose={close} />}
      {(open?.what === 'reset' ||
        open?.what === 'disable' ||
        open?.what === 'enable' ||
        open?.what === 'factors') && (
        <UserConfirm
          what={open.what}
          user={open.user}
          onClose={close}
          onLink={(user, link) =>
            show({ what: 'link', kind: user.hasPassword ? 'reset' : 'invite', user, link })
          }
        />
      )}
      {open?.what === 'off' && <OffSwitchDialog user={open.user} onClose={close} />}
      {open?.what === 'link' && (
        <LinkDialog kind={open.kind} user={open.user} link={open.link} onClose={close} />
      )}
    </>
  );
}

type UserListProps = {
  users: readonly UserView[];
  onAction: (action: UserAction, user: UserView) => void;
};

function UserList({ users, onAction }: UserListProps) {
  const { t } = useTranslation('users');
  const [text, setText] = useState('');
  const shown = filterUsers(users, useDeferredValue(text));
  const searching = text.trim() !== '';
  return (
    <>
      <Group gap="md" mb="sm">
        <SearchField
          label={t('filter.text')}
          placeholder={t('filter.textHint')}
          value={text}
          onChange={setText}
        />
        <Text fz="sm" c="dimmed" ml="auto" role="status" className="gh-figures">
          {searching ? t('filter.shown', { shown: shown.length, total: users.length }) : ''}
        </Text>
      </Group>
      <Section flush>
        {shown.length === 0 ? (
          <EmptyState
            icon={IconFilterOff}
            title={t('filter.noMatch')}
            text={t('filter.noMatchText')}
            action={
              <Button variant="default" onClick={() => setText('')}>
                {t('filter.clear')}
              </Button>
            }
          />
        ) : (
          <UsersTable users={shown} onAction={onAction} />
        )}
      </Section>
    </>
  );
}
