import { Button, PasswordInput, Stack, Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { getRouteApi } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { SignInInput } from '#shared/schemas/sessions.ts';
import { BareLayout } from '../../app/BareLayout.tsx';
import { checkWith } from '../../lib/check-with.ts';
import type { ReadableError } from '../../lib/errors.ts';
import { trpc } from '../../lib/trpc.ts';
import { useAppMutation } from '../../lib/use-app-mutation.ts';
import { useWelcome } from '../../lib/use-welcome.ts';
import { FormError } from '../../ui/FormError.tsx';

const route = getRouteApi('/sign-in');

/** Sign-in by password; afterwards back to where the person wanted to be. */
export function SignInPage() {
  const { t } = useTranslation('sessions');
  const { next } = route.useSearch();
  const welcome = useWelcome();
  const [failure, setFailure] = useState<ReadableError | null>(null);
  const form = useForm({
    initialValues: { username: '', password: '' },
    validate: checkWith(SignInInput),
  });
  const signIn = useAppMutation(trpc.sessions.signIn.mutationOptions(), {
    onDone: (me) => welcome(me, next),
    onFail(error) {
      setFailure(error);
      form.setFieldValue('password', '');
      return true;
    },
  });
  const submit = form.onSubmit((values) => {
    setFailure(null);
    signIn.mutate(values);
  });

  return (
    <BareLayout title={t('title')} subtitle={t('subtitle')}>
      <form onSubmit={submit} noValidate>
        <Stack gap="md">
          <FormError error={failure} />
          <TextInput
            label={t('username')}
            autoComplete="username"
            autoCapitalize="none"
            spellCheck={false}
            autoFocus
            {...form.getInputProps('username')}
          />
          <PasswordInput
            label={t('password')}
            autoComplete="current-password"
            {...form.getInputProps('password')}
          />
          <Button type="submit" size="md" loading={signIn.isPending} mt={4}>
            {t('submit')}
          </Button>
          <Text c="dimmed" fz="sm">
            {t('forgotten')}
          </Text>
        </Stack>
      </form>
    </BareLayout>
  );
}
