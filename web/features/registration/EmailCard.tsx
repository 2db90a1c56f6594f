import { Badge, Button, Group, Stack, Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { EmailChange, type MyEmail } from '#shared/schemas/registration.ts';
import { checkWith } from '../../lib/check-with.ts';
import { trpc } from '../../lib/trpc.ts';
import { useAppMutation } from '../../lib/use-app-mutation.ts';
import { QueryBoundary } from '../../ui/QueryBoundary.tsx';
import { Section } from '../../ui/Section.tsx';

/** The own e-mail address: what is known, and asking for another one. */
export function EmailCard() {
  const { t } = useTranslation('registration');
  const query = useQuery(trpc.registration.myEmail.queryOptions());
  return (
    <Section title={t('email.title')} text={t('email.text')}>
      <QueryBoundary query={query}>{(mine) => <Mine mine={mine} />}</QueryBoundary>
    </Section>
  );
}

function Mine({ mine: { asked, confirmed, email, mail } }: { mine: MyEmail }) {
  const { t } = useTranslation('registration');
  return (
    <Stack gap="md">
      {email === null ? (
        <Text c="dimmed">{t('email.none')}</Text>
      ) : (
        <Group gap="xs">
          <Text style={{ overflowWrap: 'anywhere' }}>{email}</Text>
          <Badge variant="light" color={confirmed ? 'green' : 'gray'}>
            {t(confirmed ? 'email.confirmed' : 'email.unconfirmed')}
          </Badge>
        </Group>
      )}
      {asked !== null && <Text fz="sm">{t('email.asked', { email: asked })}</Text>}
      {mail ? <Change /> : <Text c="dimmed">{t('email.noMail')}</Text>}
    </Stack>
  );
}

function Change() {
  const { t } = useTranslation('registration');
  const form = useForm({ initialValues: { email: '' }, validate: checkWith(EmailChange) });
  const change = useAppMutation(trpc.registration.requestEmailChange.mutationOptions(), {
    form,
    success: (_done, { email }) => t('email.sent', { email }),
    invalidate: [trpc.registration.myEmail.queryFilter()],
    onDone: () => form.reset(),
  });
  return (
    <form onSubmit={form.onSubmit((values) => change.mutate(values))} noValidate>
      <Group align="flex-end" gap="sm">
        <TextInput
          label={t('email.label')}
          type="email"
          autoComplete="email"
          flex="1 1 220px"
          maw={360}
          {...form.getInputProps('email')}
        />
        <Button type="submit" variant="default" loading={change.isPending}>
          {t('email.submit')}
        </Button>
      </Group>
    </form>
  );
}
