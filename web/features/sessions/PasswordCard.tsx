import { Button, PasswordInput, Stack, Text, VisuallyHidden } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useQuery } from '@tanstack/react-query';
import i18next from 'i18next';
import { useTranslation } from 'react-i18next';
import { PasswordChange } from '#shared/schemas/sessions.ts';
import { checkWith } from '../../lib/check-with.ts';
import { trpc } from '../../lib/trpc.ts';
import { useAppMutation } from '../../lib/use-app-mutation.ts';
import { Section } from '../../ui/Section.tsx';

type Values = { current: string; next: string; again: string };

function check(values: Values): Record<string, string> {
  const errors = checkWith(PasswordChange)(values);
  if (values.next === values.again) return errors;
  return { ...errors, again: i18next.t('fields:passwordMismatch') };
}

/** The own password. Whoever comes in another way only has none to change, and is told how to get one. */
export function PasswordCard({ username }: { username: string }) {
  const { t } = useTranslation('profile');
  const ways = useQuery(trpc.sso.mine.queryOptions());
  if (ways.data?.hasPassword !== false) return <PasswordForm username={username} />;
  return (
    <Section title={t('password.title')} text={t('password.noneText')}>
      <Text>{t('password.none')}</Text>
    </Section>
  );
}

/** Changes the own password, which ends every other session. `username` helps password managers. */
function PasswordForm({ username }: { username: string }) {
  const { t } = useTranslation(['profile', 'registration']);
  const form = useForm({ initialValues: { current: '', next: '', again: '' }, validate: check });
  const change = useAppMutation(trpc.sessions.changePassword.mutationOptions(), {
    form,
    success: t('password.done'),
    invalidate: [trpc.sessions.list.queryFilter()],
    onDone: () => form.reset(),
    paramTexts: { current: t('password.wrong'), next: t('registration:register.weak') },
  });
  return (
    <Section title={t('password.title')} text={t('password.text')}>
      <form
        noValidate
        onSubmit={form.onSubmit(({ current, next }) => change.mutate({ current, next }))}
      >
        <VisuallyHidden>
          <input type="text" autoComplete="username" value={username} readOnly tabIndex={-1} />
        </VisuallyHidden>
        <Stack gap="md">
          <PasswordInput
            label={t('password.current')}
            autoComplete="current-password"
            {...form.getInputProps('current')}
          />
          <PasswordInput
            label={t('password.next')}
            description={t('password.nextHint')}
            autoComplete="new-password"
            {...form.getInputProps('next')}
          />
          <PasswordInput
            label={t('password.again')}
            autoComplete="new-password"
            {...form.getInputProps('again')}
          />
          <div>
            <Button type="submit" loading={change.isPending}>
              {t('password.submit')}
            </Button>
          </div>
        </Stack>
      </form>
    </Section>
  );
}
