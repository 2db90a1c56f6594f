import { Tabs } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useCan } from '../../lib/use-me.ts';
import { PageHeader } from '../../ui/PageHeader.tsx';
import type { Look } from './look.ts';
import { VaultAccounts } from './VaultAccounts.tsx';
import { VaultCalendar } from './VaultCalendar.tsx';
import { VaultSchedule } from './VaultSchedule.tsx';

/** Accounts that people signed in to, and when their tokens are renewed. */
export function VaultPage() {
  const { t } = useTranslation('vault');
  const maySeeSchedule = useCan('vault.read');
  const [tab, setTab] = useState<string | null>('list');
  const [look, setLook] = useState<Look>({});
  return (
    <>
      <PageHeader title={t('title')} subtitle={t('subtitle')} />
      <Tabs value={tab} onChange={setTab} keepMounted={false}>
        <Tabs.List mb="md">
          <Tabs.Tab value="list">{t('tab.list')}</Tabs.Tab>
          <Tabs.Tab value="calendar">{t('tab.calendar')}</Tabs.Tab>
          {maySeeSchedule && <Tabs.Tab value="schedule">{t('tab.schedule')}</Tabs.Tab>}
        </Tabs.List>
        <Tabs.Panel value="list">
          <VaultAccounts look={look} onLook={setLook} />
        </Tabs.Panel>
        <Tabs.Panel value="calendar">
          <VaultCalendar
            onDay={(day) => {
              setLook({ day });
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
    </>
  );
}
