import { Button } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconPower } from '@tabler/icons-react';
import { useNavigate } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { trpc } from '../../lib/trpc.ts';
import { useAppMutation } from '../../lib/use-app-mutation.ts';
import { ConfirmDialog } from '../../ui/ConfirmDialog.tsx';
import { Section } from '../../ui/Section.tsx';

/** Ends all of one's own but the session at hand. */
export function OwnSwitch() {
  const { t } = useTranslation('offSwitch');
  const navigate = useNavigate();
  const [opened, dialog] = useDisclosure(false);
  const pull = useAppMutation(trpc.offSwitch.throwOwn.mutationOptions(), {
    invalidate: [trpc.sessions.list.queryFilter(), trpc.keys.pathFilter()],
    onDone: ({ id }) => navigate({ to: '/off-switch/$id', params: { id } }),
  });
  return (
    <Section title={t('own.title')} text={t('own.text')}>
      <Button
        color="red"
        variant="light"
        leftSection={<IconPower size={16} />}
        onClick={dialog.open}
      >
        {t('own.button')}
      </Button>
      <ConfirmDialog
        opened={opened}
        onClose={dialog.close}
        title={t('own.dialogTitle')}
        text={t('own.dialogText')}
        confirmLabel={t('own.button')}
        pending={pull.isPending}
        onConfirm={() => pull.mutate()}
      />
    </Section>
  );
}
