import { Box, Button, Group, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { WaitingPerson } from '#shared/schemas/registration.ts';
import { formatDateTime } from '../../lib/format.ts';
import { trpc } from '../../lib/trpc.ts';
import { useAppMutation } from '../../lib/use-app-mutation.ts';
import { useDialog } from '../../lib/use-dialog.ts';
import { useCan } from '../../lib/use-me.ts';
import { ConfirmDialog } from '../../ui/ConfirmDialog.tsx';
import { type Column, DataTable } from '../../ui/DataTable.tsx';
import { Section } from '../../ui/Section.tsx';

type Ask = { what: 'approve' | 'decline'; people: readonly WaitingPerson[] };

/** Who registered and waits to be let in; nothing where nobody does. */
export function WaitingList() {
  const mayWrite = useCan('users.write');
  const { data } = useQuery(
    trpc.registration.waiting.queryOptions(undefined, { enabled: mayWrite }),
  );
  if (!mayWrite || !data || data.length === 0) return null;
  return (
    <Box mb="lg">
      <List people={data} />
    </Box>
  );
}

function useDecisions(onDone: () => void) {
  const { t } = useTranslation('registration');
  const common = {
    invalidate: [trpc.registration.waiting.queryFilter(), trpc.users.pathFilter()],
    onDone,
  };
  const approve = useAppMutation(trpc.registration.approve.mutationOptions(), {
    ...common,
    success: ({ done }) => t('waiting.approved', { count: done }),
  });
  const decline = useAppMutation(trpc.registration.decline.mutationOptions(), {
    ...common,
    success: ({ done }) => t('waiting.declined', { count: done }),
  });
  return { approve, decline };
}

function List({ people }: { people: readonly WaitingPerson[] }) {
  const { t } = useTranslation('registration');
  const { opened, value, open, close } = useDialog<Ask>();
  const decisions = useDecisions(close);
  const count = people.length;
  const many = count > 1 && (
    <Group gap="xs">
      <Button variant="default" onClick={() => open({ what: 'decline', people })}>
        {t('waiting.declineAll')}
      </Button>
      <Button onClick={() => open({ what: 'approve', people })}>{t('waiting.approveAll')}</Button>
    </Group>
  );
  return (
    <Section title={t('waiting.title', { count })} text={t('waiting.text')} actions={many} flush>
      <DataTable
        label={t('waiting.title', { count })}
        columns={useColumns()}
        rows={people}
        rowKey={({ id }) => id}
        actions={(person) => (
          <Group gap="xs" wrap="nowrap" justify="flex-end">
            <Button
              size="compact-sm"
              variant="default"
              aria-label={t('waiting.declineNamed', { name: person.username })}
              onClick={() => open({ what: 'decline', people: [person] })}
            >
              {t('waiting.decline')}
            </Button>
            <Button
              size="compact-sm"
              aria-label={t('waiting.approveNamed', { name: person.username })}
              loading={decisions.approve.isPending}
              onClick={() => decisions.approve.mutate({ ids: [person.id] })}
            >
              {t('waiting.approve')}
            </Button>
          </Group>
        )}
      />
      {value && <Confirm ask={value} opened={opened} onClose={close} decisions={decisions} />}
    </Section>
  );
}

function useColumns(): Column<WaitingPerson>[] {
  const { t } = useTranslation('registration');
  return [
    {
      id: 'person',
      header: t('waiting.person'),
      primary: true,
      cell: ({ username, displayName }) =>
        displayName ? `${displayName} (${username})` : username,
    },
    { id: 'email', header: t('waiting.address'), cell: (person) => <Address person={person} /> },
    {
      id: 'since',
      header: t('waiting.since'),
      width: 190,
      cell: ({ createdAt }) => formatDateTime(createdAt),
    },
  ];
}

function Address({ person: { email, emailConfirmed } }: { person: WaitingPerson }) {
  const { t } = useTranslation('registration');
  if (email === null) return '–';
  return (
    <>
      {email}{' '}
      <Text span c="dimmed" fz="sm">
        {t(emailConfirmed ? 'waiting.confirmed' : 'waiting.unconfirmed')}
      </Text>
    </>
  );
}

type ConfirmProps = {
  ask: Ask;
  opened: boolean;
  onClose: () => void;
  decisions: ReturnType<typeof useDecisions>;
};

function Confirm({ ask, opened, onClose, decisions }: ConfirmProps) {
  const { t } = useTranslation('registration');
  const { people, what } = ask;
  const count = people.length;
  const only = count === 1 ? people[0] : undefined;
  const declining = only
    ? t('waiting.askDecline', { name: only.username })
    : t('waiting.askDeclineAll', { count });
  const decision = decisions[what];
  return (
    <ConfirmDialog
      opened={opened}
      onClose={onClose}
      title={what === 'decline' ? declining : t('waiting.askApproveAll', { count })}
      text={t(what === 'decline' ? 'waiting.askDeclineText' : 'waiting.askApproveAllText')}
      confirmLabel={t(what === 'decline' ? 'waiting.decline' : 'waiting.approve')}
      danger={what === 'decline'}
      pending={decision.isPending}
      onConfirm={() => decision.mutate({ ids: people.map(({ id }) => id) })}
    />
  );
}
