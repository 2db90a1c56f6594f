import { Tabs } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { can } from '#shared/permissions.ts';
import { useMe } from '../../lib/use-me.ts';
import { PageHeader } from '../../ui/PageHeader.tsx';
import { AlertList } from './AlertList.tsx';
import { Channels } from './Channels.tsx';
import { DeliveryLog } from './DeliveryLog.tsx';
import { SettingsForm } from './SettingsForm.tsx';

/** Alerts; for those who look after them also where they go and from when on. */
export function AlertsPage() {
  const { t } = useTranslation('alerts');
  const keeps = can(useMe(), 'alerts.write');
  return (
    <>
      <PageHeader title={t('title')} subtitle={t('subtitle')} />
      {keeps ? (
        <Tabs defaultValue="list" keepMounted={false}>
          <Tabs.List mb="md">
            <Tabs.Tab value="list">{t('tab.list')}</Tabs.Tab>
            <Tabs.Tab value="channels">{t('tab.channels')}</Tabs.Tab>
            <Tabs.Tab value="log">{t('tab.log')}</Tabs.Tab>
            <Tabs.Tab value="settings">{t('tab.settings')}</Tabs.Tab>
          </Tabs.List>
          <Tabs.Panel value="list">
            <AlertList />
          </Tabs.Panel>
          <Tabs.Panel value="channels">
            <Channels />
          </Tabs.Panel>
          <Tabs.Panel value="log">
            <DeliveryLog />
          </Tabs.Panel>
          <Tabs.Panel value="settings">
            <SettingsForm />
          </Tabs.Panel>
        </Tabs>
      ) : (
        <AlertList />
      )}
    </>
  );
}
