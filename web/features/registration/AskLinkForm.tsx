import { Button, Stack, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Forgotten } from '#shared/schemas/registration.ts';
import { checkWith } from '../../lib/check-with.ts';
import type { ReadableError } from '../../lib/errors.ts';
import { trpc } from '../../lib/trpc.ts';
import { useAppMutation } from '../../lib/use-app-mutation.ts';
import { FormError } from '../../ui/FormError.tsx';

type AskLinkFormProps = {
  /** A link to a new password, or that of a registration once more. */
  link: 'forgot' | 'resend';
  onSent: () => void;
};

/** Asks for a link by mail; the answer is the same for everybody. */
export function AskLinkForm({ link, onSent }: AskLinkFormProps) {
  const { t } = useTranslation('registration');
  const [failure, setFailure] = useState<ReadableError | null>(null);
  const form = useForm({ initialValues: { who: '' }, validate: checkWith(Forgotten) });
  const ask = useAppMutation(trpc.registration[link].mutationOptions(), {
    form,
    onDone: onSent,
    onFail(error) {
      if (error.fieldErrors.length > 0) return false;
      setFailure(error);
      return true;
    },
  });
  return (
    <form onSubmit={form.onSubmit((values) => ask.mutate(values))} noValidate>
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
        <Button type="submit" size="md" loading={ask.isPending}>
          {t(link === 'forgot' ? 'forgot.submit' : 'resend.submit')}
        </Button>
      </Stack>
    </form>
  );
}
