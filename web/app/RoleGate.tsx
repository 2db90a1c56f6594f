import { Button, Center } from '@mantine/core';
import { IconLock } from '@tabler/icons-react';
import { Link, Outlet, useMatches } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { can, type Permission } from '#shared/permissions.ts';
import { useMe } from '../lib/use-me.ts';
import { EmptyState } from '../ui/EmptyState.tsx';

declare module '@tanstack/react-router' {
  interface StaticDataRouteOption {
    /** What a role must allow for this page; none = it is for everybody. */
    needs?: Permission;
  }
}

/** The page, or for whoever's role does not allow it why they see nothing. */
export function RoleGate() {
  const { t } = useTranslation(['errors', 'nav']);
  const me = useMe();
  const needs = useMatches({ select: (matches) => matches.at(-1)?.staticData.needs });
  if (needs === undefined || can(me, needs)) return <Outlet />;
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
