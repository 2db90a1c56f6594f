import { Stack } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { PageHeader } from '../../ui/PageHeader.tsx';
import { MailCard } from './MailCard.tsx';
import { RegistrationCard } from './RegistrationCard.tsx';

/** Who may make an account of their own, and how mail is sent. */
export function RegistrationPage() {
  const { t } = useTranslation('registration');
  return (
    <>
      <PageHeader title={t('title')} subtitle={t('subtitle')} />
      <Stack gap="lg">
        <RegistrationCard />
        <MailCard />
      </Stack>
    </>
  );
}
