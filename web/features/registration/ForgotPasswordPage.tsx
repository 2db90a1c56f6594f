import { Button, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { BareLayout } from '../../app/BareLayout.tsx';
import { trpc } from '../../lib/trpc.ts';
import { AskLinkForm } from './AskLinkForm.tsx';

/** Where a link for a new password is asked for; the page says the same to everybody. */
export function ForgotPasswordPage() {
  const { t } = useTranslation('registration');
  const look = useQuery(trpc.registration.look.queryOptions());
  const [sent, setSent] = useState(false);
  const back = (
    <Button component={Link} to="/sign-in" variant="default">
      {t('register.toSignIn')}
    </Button>
  );
  if (sent) {
    return (
      <BareLayout title={t('forgot.sentTitle')} subtitle={t('forgot.sentText')}>
        {back}
      </BareLayout>
    );
  }
  return (
    <BareLayout title={t('forgot.title')} subtitle={t('forgot.subtitle')}>
      <Stack gap="md">
        {look.data?.mail === false ? (
          <Text>{t('forgot.noMail')}</Text>
        ) : (
          <AskLinkForm link="forgot" onSent={() => setSent(true)} />
        )}
        {back}
      </Stack>
    </BareLayout>
  );
}
