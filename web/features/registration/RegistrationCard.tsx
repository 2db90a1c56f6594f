import { Alert, Button, Group, Select, Stack, TagsInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { EmailWish, RegistrationMode, RegistrationSettings } from '#shared/schemas/registration.ts';
import { checkWith } from '../../lib/check-with.ts';
import { trpc } from '../../lib/trpc.ts';
import { useAppMutation } from '../../lib/use-app-mutation.ts';
import { QueryBoundary } from '../../ui/QueryBoundary.tsx';
import { Section } from '../../ui/Section.tsx';
import { useRoleOptions } from '../users/use-role-options.ts';

/** Who may register, with what address, as what. */
export function RegistrationCard() {
  const { t } = useTranslation('registration');
  const query = useQuery(trpc.registration.settings.queryOptions());
  return (
    <Section title={t('settings.title')} text={t('settings.text')}>
      <QueryBoundary query={query}>{(settings) => <Form settings={settings} />}</QueryBoundary>
    </Section>
  );
}

/** A message about one domain is said beside the field of all. */
function check(values: RegistrationSettings): Record<string, string> {
  const errors = checkWith(RegistrationSettings)(values);
  const domain = Object.entries(errors).find(([field]) => field.startsWith('domains.'));
  return domain ? { ...errors, domains: domain[1] } : errors;
}

function Form({ settings }: { settings: RegistrationSettings }) {
  const { t } = useTranslation(['registration', 'common']);
  const roles = useRoleOptions();
  const mail = useQuery(trpc.registration.mail.queryOptions());
  const form = useForm<RegistrationSettings>({ initialValues: settings, validate: check });
  const save = useAppMutation(trpc.registration.save.mutationOptions(), {
    form,
    success: t('settings.saved'),
    invalidate: [trpc.registration.pathFilter()],
    onDone: (saved) => form.resetDirty(saved),
    paramTexts: { email: t('settings.noMail') },
  });
  return (
    <form onSubmit={form.onSubmit((values) => save.mutate(values))} noValidate>
      <Stack gap="md" maw={640}>
        <Select
          label={t('settings.mode')}
          allowDeselect={false}
          data={RegistrationMode.options.map((value) => ({
            value,
            label: t(`settings.modes.${value}`),
          }))}
          {...form.getInputProps('mode')}
        />
        <Select
          label={t('settings.email')}
          description={t('settings.emailHint')}
          allowDeselect={false}
          data={EmailWish.options.map((value) => ({ value, label: t(`settings.emails.${value}`) }))}
          {...form.getInputProps('email')}
        />
        {form.values.email === 'confirmed' && mail.data?.configured === false && (
          <Alert color="yellow" variant="light" p="sm">
            {t('settings.noMail')}
          </Alert>
        )}
        <TagsInput
          label={t('settings.domains')}
          description={t('settings.domainsHint')}
          acceptValueOnBlur
          maxTags={100}
          {...form.getInputProps('domains')}
        />
        <Select
          label={t('settings.role')}
          description={t('settings.roleHint')}
          allowDeselect={false}
          data={roles}
          {...form.getInputProps('role')}
        />
        <Group>
          <Button type="submit" loading={save.isPending} disabled={!form.isDirty()}>
            {t('common:save')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
