import { Checkbox, Select, Stack, TagsInput, TextInput } from '@mantine/core';
import { type UseFormReturnType, useForm } from '@mantine/form';
import { useTranslation } from 'react-i18next';
import { SecretScope, type SecretView } from '#shared/schemas/vault-secrets.ts';
import { trpc } from '../../lib/trpc.ts';
import { useAppMutation } from '../../lib/use-app-mutation.ts';
import { FormDrawer } from '../../ui/FormModal.tsx';
import { EXPIRY_CHOICES, type ExpiryChoice, toDay } from '../keys/expiry.ts';
import {
  endOf,
  NEW_SECRET,
  type SecretFormValues,
  secretValues,
  toSecretInput,
} from './secret-form.ts';

type Frame = { opened: boolean; onClose: () => void };
type SecretForm = UseFormReturnType<SecretFormValues>;

export type CreatedSecret = { name: string; secret: string };

function useSecretForm(before: SecretView | null): SecretForm {
  const { t } = useTranslation('vaultSecrets');
  return useForm<SecretFormValues>({
    initialValues: before ? secretValues(before) : NEW_SECRET,
    validate: ({ bizIds, expiry, scopes, tags }) => ({
      ...(scopes.length === 0 && { scopes: t('form.scopesMissing') }),
      ...(scopes.includes('admin') &&
        tags.length + bizIds.length > 0 && { scopes: t('form.adminList') }),
      ...(endOf(expiry, before, Date.now()) === 'invalid' && {
        'expiry.date': t('form.datePast'),
      }),
    }),
  });
}

/** Makes a secret; `onCreated` gets it, and it exists nowhere else. */
export function CreateSecret({
  opened,
  onClose,
  onCreated,
}: Frame & { onCreated: (created: CreatedSecret) => void }) {
  const { t } = useTranslation('vaultSecrets');
  const form = useSecretForm(null);
  const create = useAppMutation(trpc.vaultSecrets.create.mutationOptions(), {
    form,
    invalidate: [trpc.vaultSecrets.pathFilter()],
    onDone: ({ secret }, { name }) => {
      onClose();
      onCreated({ name, secret });
    },
  });
  return (
    <FormDrawer
      opened={opened}
      onClose={onClose}
      title={t('form.createTitle')}
      submitLabel={t('form.submit')}
      onSubmit={form.onSubmit((values) => create.mutate(toSecretInput(values, null, Date.now())))}
      pending={create.isPending}
    >
      <Fields form={form} />
    </FormDrawer>
  );
}

/** Changes what a secret is for; its text stays. */
export function EditSecret({ opened, onClose, secret }: Frame & { secret: SecretView }) {
  const { t } = useTranslation('vaultSecrets');
  const form = useSecretForm(secret);
  const { id } = secret;
  const update = useAppMutation(trpc.vaultSecrets.update.mutationOptions(), {
    form,
    success: (_done, { name }) => t('saved', { name }),
    invalidate: [trpc.vaultSecrets.pathFilter()],
    onDone: onClose,
  });
  return (
    <FormDrawer
      opened={opened}
      onClose={onClose}
      title={t('form.editTitle', { name: secret.name })}
      onSubmit={form.onSubmit((values) =>
        update.mutate({ id, ...toSecretInput(values, secret, Date.now()) }),
      )}
      pending={update.isPending}
    >
      <Fields form={form} />
    </FormDrawer>
  );
}

function Fields({ form }: { form: SecretForm }) {
  const { t } = useTranslation('vaultSecrets');
  const list = { maxTags: 200, maxLength: 255, splitChars: [',', '\n'], clearable: true };
  return (
    <>
      <TextInput
        label={t('form.name')}
        description={t('form.nameHint')}
        required
        maxLength={80}
        data-autofocus
        {...form.getInputProps('name')}
      />
      <Checkbox.Group label={t('form.scopes')} required {...form.getInputProps('scopes')}>
        <Stack gap="xs" mt={6}>
          {SecretScope.options.map((scope) => (
            <Checkbox
              key={scope}
              value={scope}
              label={t(`scope.${scope}`)}
              description={t(`scopeText.${scope}`)}
            />
          ))}
        </Stack>
      </Checkbox.Group>
      <TagsInput
        label={t('form.tags')}
        description={t('form.listHint')}
        {...list}
        {...form.getInputProps('tags')}
      />
      <TagsInput label={t('form.bizIds')} {...list} {...form.getInputProps('bizIds')} />
      <Expiry form={form} />
    </>
  );
}

function Expiry({ form }: { form: SecretForm }) {
  const { t } = useTranslation(['vaultSecrets', 'keys']);
  const { choice } = form.values.expiry;
  const label = (value: ExpiryChoice) => {
    if (value === 'never' || value === 'date') return t(`keys:expiry.${value}`);
    return value === '365'
      ? t('keys:expiry.year')
      : t('keys:expiry.days', { count: Number(value) });
  };
  return (
    <>
      <Select
        label={t('form.expiry')}
        data={EXPIRY_CHOICES.map((value) => ({ value, label: label(value) }))}
        allowDeselect={false}
        value={choice}
        onChange={(value) => {
          const next = EXPIRY_CHOICES.find((each) => each === value);
          if (next) form.setFieldValue('expiry.choice', next);
        }}
      />
      {choice === 'date' && (
        <TextInput
          type="date"
          label={t('form.date')}
          required
          min={toDay(new Date())}
          {...form.getInputProps('expiry.date')}
        />
      )}
    </>
  );
}
