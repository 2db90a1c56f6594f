import { Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { z } from 'zod';
import { PasskeyName, type PasskeyView } from '#shared/schemas/factors.ts';
import { checkWith } from '../../lib/check-with.ts';
import { type ReadableError, readError } from '../../lib/errors.ts';
import { isCancelled, isKnownDevice, makePasskey } from '../../lib/passkeys.ts';
import { client, queryClient, trpc } from '../../lib/trpc.ts';
import { FormError } from '../../ui/FormError.tsx';
import { FormModal } from '../../ui/FormModal.tsx';
import { notifySuccess } from '../../ui/notify.tsx';

type PasskeyFormProps = {
  opened: boolean;
  /** The one to rename; null = a new one is made. */
  passkey: PasskeyView | null;
  onClose: () => void;
};

const Named = z.object({ name: PasskeyName });

async function save(passkey: PasskeyView | null, name: string): Promise<void> {
  if (passkey) {
    await client.factors.renamePasskey.mutate({ id: passkey.id, name });
    return;
  }
  const answer = await makePasskey(await client.factors.askNewPasskey.mutate());
  await client.factors.addPasskey.mutate({ name, answer });
}

/** Asks for a passkey's name and, for a new one, lets the browser make it. */
export function PasskeyForm({ opened, passkey, onClose }: PasskeyFormProps) {
  const { t } = useTranslation(['factors', 'common']);
  const [failure, setFailure] = useState<ReadableError | null>(null);
  const form = useForm({
    initialValues: { name: passkey?.name ?? '' },
    validate: checkWith(Named),
  });
  const saving = useMutation({
    mutationFn: ({ name }: { name: string }) => save(passkey, name),
    onSuccess(_, { name }) {
      void queryClient.invalidateQueries(trpc.factors.mine.queryFilter());
      notifySuccess(passkey ? t('common:saved') : t('passkeys.added', { name }));
      onClose();
    },
    onError(thrown) {
      const error = readError(thrown);
      if (isCancelled(thrown) || error.code === 'step_up_needed') return;
      if (isKnownDevice(thrown)) form.setErrors({ name: t('passkeys.known') });
      else setFailure(error);
    },
  });
  return (
    <FormModal
      opened={opened}
      onClose={onClose}
      title={passkey ? t('passkeys.renameTitle', { name: passkey.name }) : t('passkeys.add')}
      submitLabel={passkey ? t('common:save') : t('passkeys.make')}
      pending={saving.isPending}
      onSubmit={form.onSubmit((values) => {
        setFailure(null);
        saving.mutate(values);
      })}
    >
      <FormError error={failure} />
      <TextInput
        label={t('passkeys.name')}
        description={t('passkeys.nameHint')}
        autoComplete="off"
        maxLength={80}
        data-autofocus
        {...form.getInputProps('name')}
      />
      {!passkey && (
        <Text c="dimmed" fz="sm">
          {t('passkeys.makeText')}
        </Text>
      )}
    </FormModal>
  );
}
