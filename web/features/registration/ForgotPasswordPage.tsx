import { Button, Stack, Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Forgotten } from '#shared/schemas/registration.ts';
import { BareLayout } from '../../app/BareLayout.tsx';
import { checkWith } from '../../lib/check-with.ts';
import type { ReadableError } from '../../lib/errors.ts';
import { trpc } from '../../lib/trpc.ts';
import { useAppMutation } from '../../lib/use-app-mutation.ts';
import { FormError } from '../../ui/FormError.tsx';

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
        {look.data?.mail === false ? <Text>{t('forgot.noMail')}</Text> : <Form onSent={setSent} />}
        {back}
      </Stack>
    </BareLayout>
  );
}

function Form({ onSent }: { onSent: (sent: boolean) => void }) {
  const { t } = useTranslation('registration');
  const [failure, setFailure] = useState<ReadableError | null>(null);
  const form = useForm({ initialValues: { who: '' }, validate: checkWith(Forgotten) });
  const forgot = useAppMutation(trpc.registration.forgot.mutationOptions(), {
    form,
    onDone: () => onSent(true),
    onFail(error) {
      if (error.fieldErrors.length > 0) return false;
      setFailure(error);
      return true;
    },
  });
  return (
    <form onSubmit={form.onSubmit((values) => forgot.mutate(values))} noValidate>
      <Stack gap="md">
        <FormError error={failure} />
        <TextInput
          label={t('forgot.who')}
          autoComplete="username"
          autoCapitalize="none"
          spellCheck={false}
          autoFocus
          {...form.getInputProps('who')}
        />
        <Button type="submit" size="md" loading={forgot.isPending}>
          {t('forgot.submit')}
        </Button>
      </Stack>
    </form>
  );
}
