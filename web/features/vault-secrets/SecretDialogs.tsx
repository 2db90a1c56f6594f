import { Button, Code, Group, Modal, Stack, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { SecretView } from '#shared/schemas/vault-secrets.ts';
import { trpc } from '../../lib/trpc.ts';
import { useAppMutation } from '../../lib/use-app-mutation.ts';
import { ConfirmDialog } from '../../ui/ConfirmDialog.tsx';
import { SecretReveal } from '../../ui/SecretReveal.tsx';
import type { CreatedSecret } from './SecretForm.tsx';

type Frame = { opened: boolean; onClose: () => void };

/** The secret, this once, and how to ask with it. A click beside it does not close it. */
export function ShowSecret({ opened, onClose, created }: Frame & { created: CreatedSecret }) {
  const { t } = useTranslation(['vaultSecrets', 'common']);
  const example = [
    `curl ${window.location.origin}/public-api/get-at`,
    '  -H "X-API-Secret: $SECRET" -H "content-type: application/json"',
    `  -d '{"biz_id":"BIZ_ID","min_ttl":600}'`,
  ].join(' \\\n');
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={t('secret.title', { name: created.name })}
      size="lg"
      closeOnClickOutside={false}
      styles={{ title: { fontSize: '1.0625rem', fontWeight: 620, overflowWrap: 'anywhere' } }}
      closeButtonProps={{ 'aria-label': t('common:close') }}
    >
      <Stack gap="lg">
        <SecretReveal
          label={t('secret.label')}
          secret={created.secret}
          note={t('secret.warning')}
        />
        <div>
          <Text fw={550} mb={6}>
            {t('secret.tryIt')}
          </Text>
          <Code block>{example}</Code>
        </div>
      </Stack>
      <Group justify="flex-end" mt="lg">
        <Button onClick={onClose}>{t('secret.done')}</Button>
      </Group>
    </Modal>
  );
}

/** Asks before a secret is refused for good. */
export function RevokeSecret({ opened, onClose, secret }: Frame & { secret: SecretView }) {
  const { t } = useTranslation('vaultSecrets');
  const { id, name } = secret;
  const revoke = useAppMutation(trpc.vaultSecrets.revoke.mutationOptions(), {
    success: t('revoke.done', { name }),
    invalidate: [trpc.vaultSecrets.pathFilter()],
    onDone: onClose,
  });
  return (
    <ConfirmDialog
      opened={opened}
      onClose={onClose}
      title={t('revoke.title', { name })}
      text={t('revoke.text')}
      confirmLabel={t('revoke.confirm')}
      pending={revoke.isPending}
      onConfirm={() => revoke.mutate({ id })}
    />
  );
}
