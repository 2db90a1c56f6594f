import { Button, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useTranslation } from 'react-i18next';
import { ProfileUpdate } from '#shared/schemas/users.ts';
import { checkWith } from '../../lib/check-with.ts';
import { trpc } from '../../lib/trpc.ts';
import { useAppMutation } from '../../lib/use-app-mutation.ts';
import { useMe } from '../../lib/use-me.ts';
import { Section } from '../../ui/Section.tsx';

/** How others see the signed-in person's name. */
export function NameForm() {
  const { t } = useTranslation(['profile', 'common']);
  const { displayName } = useMe();
  const form = useForm({ initialValues: { displayName }, validate: checkWith(ProfileUpdate) });
  const save = useAppMutation(trpc.users.saveProfile.mutationOptions(), {
    form,
    invalidate: [trpc.sessions.me.queryFilter()],
    success: t('common:saved'),
  });
  return (
    <Section title={t('name.title')} text={t('name.text')}>
      <form onSubmit={form.onSubmit((values) => save.mutate(values))} noValidate>
        <TextInput
          label={t('name.label')}
          autoComplete="name"
          maxLength={80}
          {...form.getInputProps('displayName')}
        />
        <Button type="submit" mt="md" loading={save.isPending}>
          {t('common:save')}
        </Button>
      </form>
    </Section>
  );
}
