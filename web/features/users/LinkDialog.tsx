import { Button, Group, Modal } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { InviteLink, UserView } from '#shared/schemas/users.ts';
import { formatDateTime } from '../../lib/format.ts';
import { SecretReveal } from '../../ui/SecretReveal.tsx';

export type LinkKind = 'invite' | 'reset';

type LinkDialogProps = { kind: LinkKind; user: UserView; link: InviteLink; onClose: () => void };

/** Shows an invite or reset link the one time it can be read. Closes by its button only. */
export function LinkDialog({ kind, user, link, onClose }: LinkDialogProps) {
  const { t } = useTranslation(['users', 'common']);
  const name = user.username;
  return (
    <Modal
      opened
      onClose={onClose}
      closeOnClickOutside={false}
      withCloseButton={false}
      title={kind === 'invite' ? t('link.inviteTitle', { name }) : t('link.resetTitle', { name })}
      styles={{ title: { fontWeight: 620 } }}
    >
      <SecretReveal
        label={t('link.label')}
        secret={new URL(link.path, window.location.origin).href}
        note={t('link.text', { time: formatDateTime(link.expiresAt) })}
      />
      <Group justify="flex-end" mt="lg">
        <Button onClick={onClose}>{t('common:done')}</Button>
      </Group>
    </Modal>
  );
}
