import { Button, PasswordInput, Stack, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { z } from 'zod';
import { Username } from '#shared/schemas/common.ts';
import { checkWith } from '../../lib/check-with.ts';
import type { ReadableError } from '../../lib/errors.ts';
import { queryClient, trpc } from '../../lib/trpc.ts';
import { useAppMutation } from '../../lib/use-app-mutation.ts';
import { useWelcome } from '../../lib/use-welcome.ts';
import { FormError } from '../../ui/FormError.tsx';
import { checkNewPassword } from '../sessions/new-password.ts';

const Named = z.object({ username: Username });

type FirstAdminFormProps = {
  token: string;
  /** The token is wrong, used or replaced. */
  onRefused: () => void;
};

/** Name and password of the first admin; signs in when done. */
export function FirstAdminForm({ token, onRefused }: FirstAdminFormProps) {
  const { t } = useTranslation('setup');
  const welcome = useWelcome();
  const [failure, setFailure] = useState<ReadableError | null>(null);
  const form = useForm({
    initialValues: { username: 'admin', password: '', again: '' },
    validate: (values) => ({ ...checkWith(Named)(values), ...checkNewPassword(values) }),
  });
  const complete = useAppMutation(trpc.setup.complete.mutationOptions(), {
    form,
    onDone: (me) => welcome(me),
    onFail(error) {
      if (error.code === 'forbidden') onRefused();
      else if (error.code === 'setup_done') {
        void queryClient.invalidateQueries(trpc.setup.status.queryFilter());
      } else if (error.fieldErrors.length > 0) return false;
      else setFailure(error);
      return true;
    },
  });
  const submit = form.onSubmit(({ username, password }) => {
    setFailure(null);
    complete.mutate({ token, username, password });
  });
  return (
    <form onSubmit={submit} noValidate>
      <Stack gap="md">
        <FormError error={failure} />
        <TextInput
          label={t('username')}
          description={t('usernameHint')}
          autoComplete="username"
          autoCapitalize="none"
          spellCheck={false}
          {...form.getInputProps('username')}
        />
        <PasswordInput
          label={t('password')}
          description={t('passwordHint')}
          autoComplete="new-password"
          autoFocus
          {...form.getInputProps('password')}
        />
        <PasswordInput
          label={t('passwordAgain')}
          autoComplete="new-password"
          {...form.getInputProps('again')}
        />
        <Button type="submit" size="md" loading={complete.isPending} mt={4}>
          {t('submit')}
        </Button>
      </Stack>
    </form>
  );
}
