import { Button, Group, Modal, Stack, Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { TotpConfirm, type TotpSetUp } from '#shared/schemas/factors.ts';
import { checkWith } from '../../lib/check-with.ts';
import { trpc } from '../../lib/trpc.ts';
import { useAppMutation } from '../../lib/use-app-mutation.ts';
import { CopyField } from '../../ui/CopyField.tsx';
import { QrCode } from './QrCode.tsx';
import { RecoveryCodes } from './RecoveryCodesDialog.tsx';

type TotpWizardProps = { setUp: TotpSetUp; onClose: () => void };

/** Sets an authenticator app up: scan or type the secret, give its first code, keep the recovery codes. */
export function TotpWizard({ setUp, onClose }: TotpWizardProps) {
  const { t } = useTranslation(['factors', 'common']);
  const [codes, setCodes] = useState<readonly string[] | null>(null);
  const form = useForm({ initialValues: { code: '' }, validate: checkWith(TotpConfirm) });
  const confirm = useAppMutation(trpc.factors.confirmTotp.mutationOptions(), {
    form,
    invalidate: [trpc.factors.mine.queryFilter()],
    success: t('app.isOn'),
    onDone: (given) => setCodes(given.codes),
    paramTexts: { code: t('app.wrongCode') },
  });
  const done = codes !== null;
  return (
    <Modal
      opened
      onClose={onClose}
      title={done ? t('recovery.title') : t('app.setUpTitle')}
      closeOnClickOutside={false}
      // Codes that were closed by mistake would be lost.
      closeOnEscape={!done}
      withCloseButton={!done}
      styles={{ title: { fontWeight: 620 } }}
    >
      {done ? (
        <RecoveryCodes codes={codes} onDone={onClose} />
      ) : (
        <form noValidate onSubmit={form.onSubmit((values) => confirm.mutate(values))}>
          <Stack gap="md">
            <Text>{t('app.scan')}</Text>
            <QrCode text={setUp.address} label={t('app.qr')} />
            <CopyField label={t('app.secret')} value={setUp.secret} />
            <TextInput
              label={t('proof.label.totp')}
              description={t('proof.codeHint')}
              inputMode="numeric"
              autoComplete="one-time-code"
              maxLength={12}
              data-autofocus
              {...form.getInputProps('code')}
            />
            <Group justify="flex-end" gap="xs">
              <Button variant="default" onClick={onClose}>
                {t('common:cancel')}
              </Button>
              <Button type="submit" loading={confirm.isPending}>
                {t('app.turnOn')}
              </Button>
            </Group>
          </Stack>
        </form>
      )}
    </Modal>
  );
}
