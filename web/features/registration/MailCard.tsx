import { Alert, Button, Group, Stack, Text, TextInput, Title } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { type MailState, MailTest } from '#shared/schemas/registration.ts';
import { checkWith } from '../../lib/check-with.ts';
import { formatDateTime } from '../../lib/format.ts';
import { trpc } from '../../lib/trpc.ts';
import { useAppMutation } from '../../lib/use-app-mutation.ts';
import { type Column, DataTable } from '../../ui/DataTable.tsx';
import { QueryBoundary } from '../../ui/QueryBoundary.tsx';
import { Section } from '../../ui/Section.tsx';

/** Whether mail can be sent, a way to try it, and what was not sent. */
export function MailCard() {
  const { t } = useTranslation('registration');
  const query = useQuery(trpc.registration.mail.queryOptions());
  return (
    <Section title={t('mail.title')} text={t('mail.text')}>
      <QueryBoundary query={query}>{(mail) => <State mail={mail} />}</QueryBoundary>
    </Section>
  );
}

function State({ mail }: { mail: MailState }) {
  const { t } = useTranslation('registration');
  if (!mail.configured) {
    return (
      <Alert color="gray" variant="light" p="sm">
        {t('mail.off')}
      </Alert>
    );
  }
  const { sent, waiting } = mail;
  return (
    <Stack gap="md">
      {!mail.hasPublicUrl && (
        <Alert color="yellow" variant="light" p="sm">
          {t('mail.noUrl')}
        </Alert>
      )}
      <div>
        <Text>{t('mail.from', { from: mail.from ?? '' })}</Text>
        <Text c="dimmed" fz="sm" className="gh-figures">
          {t('mail.counts', { sent, waiting })}
        </Text>
      </div>
      <TestMail />
      {mail.failures.length > 0 && <Failures failures={mail.failures} />}
    </Stack>
  );
}

function TestMail() {
  const { t } = useTranslation('registration');
  const form = useForm({ initialValues: { to: '' }, validate: checkWith(MailTest) });
  const test = useAppMutation(trpc.registration.testMail.mutationOptions(), {
    form,
    success: (_done, { to }) => t('mail.tested', { to }),
    invalidate: [trpc.registration.mail.queryFilter()],
  });
  return (
    <form onSubmit={form.onSubmit((values) => test.mutate(values))} noValidate>
      <Group align="flex-end" gap="sm">
        <TextInput
          label={t('mail.to')}
          type="email"
          flex="1 1 220px"
          maw={360}
          {...form.getInputProps('to')}
        />
        <Button type="submit" variant="default" loading={test.isPending}>
          {t('mail.test')}
        </Button>
      </Group>
    </form>
  );
}

type Failure = MailState['failures'][number] & { key: string };

function Failures({ failures }: { failures: MailState['failures'] }) {
  const { t } = useTranslation('registration');
  const columns: Column<Failure>[] = [
    { id: 'when', header: t('mail.when'), cell: ({ at }) => formatDateTime(at), width: 180 },
    { id: 'to', header: t('mail.recipient'), cell: ({ to }) => to, primary: true },
    { id: 'subject', header: t('mail.subject'), cell: ({ subject }) => subject },
    { id: 'why', header: t('mail.reason'), cell: ({ why }) => t(`mail.why.${why}`) },
  ];
  const rows = failures.map((failure, at) => ({ ...failure, key: `${failure.at} ${at}` }));
  return (
    <div>
      <Title order={3} mb="xs">
        {t('mail.failures')}
      </Title>
      <DataTable
        label={t('mail.failures')}
        columns={columns}
        rows={rows}
        rowKey={({ key }) => key}
      />
    </div>
  );
}
