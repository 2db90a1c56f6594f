import { Button, Center } from '@mantine/core';
import { IconLock } from '@tabler/icons-react';
import { Link, Outlet } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { useMe } from '../lib/use-me.ts';
import { EmptyState } from '../ui/EmptyState.tsx';

/** The pages of admins; members who open their address are told why they see nothing. */
export function AdminsOnly() {
  const { t } = useTranslation(['errors', 'nav']);
  const me = useMe();
  if (me.role === 'admin') return <Outlet />;
  return (
    <Center mih="60dvh" p="md">
      <EmptyState
        icon={IconLock}
        title={t('errors:forbidden.title')}
        text={t('errors:forbidden.hint')}
        action={
          <Button component={Link} to="/" variant="default">
            {t('nav:notFound.home')}
          </Button>
        }
      />
    </Center>
  );
}
