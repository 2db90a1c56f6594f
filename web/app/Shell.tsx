import { AppShell } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { useRouter } from '@tanstack/react-router';
import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { StepUpDialog } from '../features/factors/StepUpDialog.tsx';
import { LimitsProvider } from '../features/quotas/limits-context.tsx';
import { trpc } from '../lib/trpc.ts';
import { Header } from './Header.tsx';
import { RoleGate } from './RoleGate.tsx';
import classes from './Shell.module.css';
import { Sidebar } from './Sidebar.tsx';

/** A session may end elsewhere; then the guards lead to sign-in, and back here afterwards. */
function useLeaveWhenSignedOut(): void {
  const router = useRouter();
  const { data } = useQuery(trpc.sessions.me.queryOptions(undefined, { staleTime: 60_000 }));
  useEffect(() => {
    if (data === null) void router.invalidate();
  }, [data, router]);
}

/** The frame around every page of a signed-in person. */
export function Shell() {
  const { t } = useTranslation('nav');
  useLeaveWhenSignedOut();
  const [opened, menu] = useDisclosure(false);
  return (
    <>
      <a className="gh-skip" href="#main">
        {t('skip')}
      </a>
      <AppShell
        layout="alt"
        header={{ height: 52 }}
        navbar={{ width: 228, breakpoint: 'md', collapsed: { mobile: !opened } }}
        padding={0}
      >
        <AppShell.Header className={classes.header}>
          <Header onOpenMenu={menu.open} menuOpened={opened} />
        </AppShell.Header>
        <AppShell.Navbar className={classes.sidebar} aria-label={t('main')}>
          <Sidebar onNavigate={menu.close} />
        </AppShell.Navbar>
        <AppShell.Main id="main" tabIndex={-1} className={classes.main}>
          <div className={classes.page}>
            <LimitsProvider>
              <RoleGate />
            </LimitsProvider>
          </div>
        </AppShell.Main>
      </AppShell>
      <StepUpDialog />
    </>
  );
}
