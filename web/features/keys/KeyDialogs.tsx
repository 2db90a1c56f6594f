import { Text } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useTranslation } from 'react-i18next';
import type { KeyCreated, KeyView } from '#shared/schemas/keys.ts';
import { trpc } from '../../lib/trpc.ts';
import { useAppMutation } from '../../lib/use-app-mutation.ts';
import { ConfirmDialog } from '../../ui/ConfirmDialog.tsx';
import { FormDrawer } from '../../ui/FormModal.tsx';
import { KeyFields } from './KeyFields.tsx';
import {
  checkKey,
  type KeyFormTexts,
  type KeyFormValues,
  keyValues,
  NEW_KEY,
  toKeyCreate,
  toKeyUpdate,
} from './key-form.ts';

type Frame = { opened: boolean; onClose: () => void };

function useFormTexts(): KeyFormTexts {
  const { t } = useTranslation('keys');
  return {
    past: t('form.datePast'),
    address: (entry) => t('form.addressWrong', { entry }),
  };
}

/** Creates a key; `onCreated` gets the secret, which exists nowhere else. */
export function CreateKey(props: Frame & { onCreated: (created: KeyCreated) => void }) {
  const { opened, onClose, onCreated } = props;
  const { t } = useTranslation('keys');
  const texts = useFormTexts();
  const form = useForm<KeyFormValues>({
    initialValues: NEW_KEY,
    validate: (values) => checkKey(values, null, texts),
  });
  const create = useAppMutation(trpc.keys.create.mutationOptions(), {
    form,
    paramTexts: { expiresAt: t('form.datePast') },
    invalidate: [trpc.keys.pathFilter()],
    onDone: (created) => {
      onClose();
      onCreated(created);
    },
  });
  return (
    <FormDrawer
      opened={opened}
      onClose={onClose}
      title={t('form.createTitle')}
      submitLabel={t('form.submit')}
      onSubmit={form.onSubmit((values) => create.mutate(toKeyCreate(values, Date.now())))}
      pending={create.isPending}
    >
      <KeyFields form={form} />
    </FormDrawer>
  );
}

/** Changes everything of a key but its secret. */
export function EditKey({ opened, onClose, apiKey }: Frame & { apiKey: KeyView }) {
  const { t } = useTranslation('keys');
  const texts = useFormTexts();
  const form = useForm<KeyFormValues>({
    initialValues: keyValues(apiKey),
    validate: (values) => checkKey(values, apiKey, texts),
  });
  const update = useAppMutation(trpc.keys.update.mutationOptions(), {
    form,
    success: ({ name }) => t('form.saved', { name }),
    invalidate: [trpc.keys.pathFilter()],
    onDone: onClose,
  });
  return (
    <FormDrawer
      opened={opened}
      onClose={onClose}
      title={t('form.editTitle', { name: apiKey.name })}
      onSubmit={form.onSubmit((values) => update.mutate(toKeyUpdate(apiKey, values, Date.now())))}
      pending={update.isPending}
    >
      <KeyFields form={form} />
    </FormDrawer>
  );
}

type RevokeKeyProps = Frame & {
  apiKey: KeyView;
  /** Says whose it is. */
  withOwner: boolean;
};

/** Asks before a key is refused for good. */
export function RevokeKey({ opened, onClose, apiKey, withOwner }: RevokeKeyProps) {
  const { t } = useTranslation('keys');
  const { id, name, prefix, ownerName } = apiKey;
  const revoke = useAppMutation(trpc.keys.revoke.mutationOptions(), {
    success: t('revoke.done', { name }),
    invalidate: [trpc.keys.pathFilter()],
    onDone: onClose,
  });
  return (
    <ConfirmDialog
      opened={opened}
      onClose={onClose}
      title={t('revoke.title', { name })}
      text={
        <>
          {t('revoke.text', { prefix })}
          {withOwner && <Text mt="xs">{t('revoke.textOther', { owner: ownerName })}</Text>}
        </>
      }
      confirmLabel={t('revoke.confirm')}
      pending={revoke.isPending}
      onConfirm={() => revoke.mutate({ id })}
    />
  );
}
