import { Anchor, Button, Tabs } from '@mantine/core';
import { IconFileImport } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useDialog } from '../../lib/use-dialog.ts';
import { useCan } from '../../lib/use-me.ts';
import { LoadingRows } from '../../ui/LoadState.tsx';
import { PageHeader } from '../../ui/PageHeader.tsx';
import { JobDrawer } from '../jobs/JobDrawer.tsx';
import { ImportDialog } from '../vault-batch/ImportDialog.tsx';
import { useDefaultView, useListView } from './use-list-view.ts';
import { VaultAccounts } from './VaultAccounts.tsx';
import { VaultCalendar } from './VaultCalendar.tsx';
import { VaultSchedule } from './VaultSchedule.tsx';

/** Accounts that people signed in to, and when their tokens are renewed. */
export function VaultPage() {
  const { t } = useTranslation('vault');
  const maySeeSchedule = useCan('vault.read');
  const [tab, setTab] = useState<string | null>('list');
  const importing = useDialog<null>();
  const job = useDialog<string>();
  const view = useListView();
  const ready = useDefaultView(view);
  return (
    <>
      <PageHeader
        title={t('title')}
        subtitle={t('subtitle')}
        actions={
          <>
            <Anchor component={Link} to="/jobs" fz="sm" mx="xs">
              {t('jobs')}
            </Anchor>
            <Button
              variant="default"
              leftSection={<IconFileImport size={16} />}
              onClick={() => importing.open(null)}
            >
              {t('import')}
            </Button>
          </>
        }
      />
      <Tabs value={tab} onChange={setTab} keepMounted={false}>
        <Tabs.List mb="md">
          <Tabs.Tab value="list">{t('tab.list')}</Tabs.Tab>
          <Tabs.Tab value="calendar">{t('tab.calendar')}</Tabs.Tab>
          {maySeeSchedule && <Tabs.Tab value="schedule">{t('tab.schedule')}</Tabs.Tab>}
        </Tabs.List>
        <Tabs.Panel value="list">
          {ready ? <VaultAccounts view={view} /> : <LoadingRows />}
        </Tabs.Panel>
        <Tabs.Panel value="calendar">
          <VaultCalendar
            onDay={(day) => {
              view.setLook({ day });
              setTab('list');
            }}
          />
        </Tabs.Panel>
        {maySeeSchedule && (
          <Tabs.Panel value="schedule">
            <VaultSchedule />
          </Tabs.Panel>
        )}
      </Tabs>
      <ImportDialog
        key={importing.turn}
        opened={importing.opened}
        onClose={importing.close}
        onStarted={job.open}
      />
      {job.value && <JobDrawer id={job.value} opened={job.opened} onClose={job.close} />}
    </>
  );
}
