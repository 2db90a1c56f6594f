import { SimpleGrid, Stack } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { useMe } from '../../lib/use-me.ts';
import { PageHeader } from '../../ui/PageHeader.tsx';
import { AppCard } from '../factors/AppCard.tsx';
import { PasskeysCard } from '../factors/PasskeysCard.tsx';
import { OwnSwitch } from '../off-switch/OwnSwitch.tsx';
import { MyPluginCard } from '../plugin-api/MyPluginCard.tsx';
import { EmailCard } from '../registration/EmailCard.tsx';
import { WaysCard } from '../sso/WaysCard.tsx';
import { AccountPreference } from './AccountPreference.tsx';
import { Appearance } from './Appearance.tsx';
import { Devices } from './Devices.tsx';
import { NameForm } from './NameForm.tsx';
import { PasswordCard } from './PasswordCard.tsx';
import { Programs } from './Programs.tsx';

/** What belongs to the signed-in person: password, appearance, wishes, sessions. */
export function ProfilePage() {
  const { t } = useTranslation('profile');
  const me = useMe();
  const name = me.displayName ? `${me.displayName} (${me.username})` : me.username;
  return (
    <>
      <PageHeader title={t('title')} subtitle={t('subtitle', { name })} />
      <Stack gap="lg">
        <SimpleGrid cols={{ base: 1, md: 2 }} spacing="lg">
          <PasswordCard username={me.username} />
          <Stack gap="lg">
            <NameForm />
            <Appearance />
            <AccountPreference />
          </Stack>
        </SimpleGrid>
        <EmailCard />
        <AppCard />
        <PasskeysCard />
        <WaysCard />
        <MyPluginCard />
        <Devices />
        <Programs />
        <OwnSwitch />
      </Stack>
    </>
  );
}
