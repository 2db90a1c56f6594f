import { Avatar, Menu, Text, UnstyledButton } from '@mantine/core';
import { IconLogout, IconUserCircle } from '@tabler/icons-react';
import { useNavigate } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { forgetPerson } from '../lib/forget.ts';
import { useRoleName } from '../lib/role-name.ts';
import { queryClient, trpc } from '../lib/trpc.ts';
import { useAppMutation } from '../lib/use-app-mutation.ts';
import { useMe } from '../lib/use-me.ts';

/** The signed-in person: profile and sign out. */
export function UserMenu() {
  const { t } = useTranslation(['nav', 'common']);
  const roleName = useRoleName();
  const me = useMe();
  const navigate = useNavigate();
  const signOut = useAppMutation(trpc.sessions.signOut.mutationOptions(), {
    async onDone() {
      // Nothing of this person may stay for the next one.
      queryClient.clear();
      forgetPerson();
      await navigate({ to: '/sign-in' });
    },
  });
  const shown = me.displayName || me.username;
  return (
    <Menu position="bottom-end" width={220}>
      <Menu.Target>
        <UnstyledButton aria-label={t('userMenu')} ml={4} bdrs="xl">
          <Avatar size={30} color="petrol" name={shown} />
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>
          <Text fw={600} c="var(--mantine-color-text)" truncate>
            {shown}
          </Text>
          <Text fz="xs" truncate>
            {`${me.username} · ${roleName(me.role)}`}
          </Text>
        </Menu.Label>
        <Menu.Divider />
        <Menu.Item
          leftSection={<IconUserCircle size={16} stroke={1.7} />}
          onClick={() => void navigate({ to: '/profile' })}
        >
          {t('profile')}
        </Menu.Item>
        <Menu.Item
          leftSection={<IconLogout size={16} stroke={1.7} />}
          onClick={() => signOut.mutate()}
        >
          {t('signOut')}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
