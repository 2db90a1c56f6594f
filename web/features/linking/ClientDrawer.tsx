import { Button, Group, PasswordInput, Select, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useTranslation } from 'react-i18next';
import type { OAuthPresetName } from '#shared/oauth-presets.ts';
import { OAuthClientSave, type OAuthClientView } from '#shared/schemas/oauth-clients.ts';
import type { PlatformView } from '#shared/schemas/platforms.ts';
import { checkWith } from '../../lib/check-with.ts';
import { trpc } from '../../lib/trpc.ts';
import { useAppMutation } from '../../lib/use-app-mutation.ts';
import { FormDrawer } from '../../ui/FormModal.tsx';
import { notifySuccess } from '../../ui/notify.tsx';
import { ClientEndpoints } from './ClientEndpoints.tsx';
import { type ClientValues, fromPreset, fromView, toSave } from './client-form.ts';

/** A client to change, or what a new one begins with. */
export type EditingClient = { client: OAuthClientView } | { preset: OAuthPresetName };

type ClientDrawerProps = {
  opened: boolean;
  onClose: () => void;
  editing: EditingClient;
  platforms: readonly PlatformView[];
};

/** Adds an OAuth client of a platform, or changes one. */
export function ClientDrawer({ opened, onClose, editing, platforms }: ClientDrawerProps) {
  const { t } = useTranslation('linking');
  const client = 'client' in editing ? editing.client : null;
  const hasSecret = client?.hasSecret ?? false;
  const offered = platforms.filter(({ id }) => id !== 'sandbox');
  const form = useForm<ClientValues>({
    initialValues:
      'client' in editing
        ? fromView(editing.client)
        : fromPreset(editing.preset, offered[0]?.id ?? ''),
    validate(values) {
      const errors = checkWith(OAuthClientSave)(toSave(values, hasSecret));
      const params = Object.entries(errors).find(([name]) => name.includes('authorizeParams'));
      return params ? { ...errors, params: params[1] } : errors;
    },
  });
  const save = useAppMutation(trpc.oauthClients.save.mutationOptions(), {
    form,
    paramTexts: { name: t('clients.form.nameTaken') },
    success: t('clients.saved'),
    invalidate: [trpc.oauthClients.pathFilter(), trpc.linking.pathFilter()],
    onDone: onClose,
    onFail(error) {
      if (!error.param?.startsWith('settings.')) return false;
      form.setErrors({ [error.param]: error.message });
      return true;
    },
  });
  const discover = useAppMutation(trpc.oauthClients.discover.mutationOptions(), {
    onDone(found) {
      const { scopes, ...endpoints } = found;
      const { settings } = form.getValues();
      const wanted = settings.scopes === '' ? { scopes } : {};
      form.setFieldValue('settings', { ...settings, ...endpoints, ...wanted });
      notifySuccess(t('clients.form.filled'));
    },
  });
  const plain = { spellCheck: false, autoCapitalize: 'none', autoComplete: 'off' } as const;
  return (
    <FormDrawer
      opened={opened}
      onClose={onClose}
      title={
        client ? t('clients.form.editTitle', { name: client.name }) : t('clients.form.createTitle')
      }
      onSubmit={form.onSubmit((values) => save.mutate(toSave(values, hasSecret)))}
      pending={save.isPending}
    >
      <Select
        label={t('clients.form.platform')}
        required
        searchable
        allowDeselect={false}
        data={offered.map(({ id, name }) => ({ value: id, label: name }))}
        data-autofocus
        {...form.getInputProps('platformId')}
      />
      <TextInput
        label={t('clients.form.name')}
        description={t('clients.form.nameHint')}
        required
        maxLength={80}
        {...form.getInputProps('name')}
      />
      <TextInput
        label={t('clients.form.clientId')}
        required
        maxLength={300}
        {...plain}
        {...form.getInputProps('clientId')}
      />
      <PasswordInput
        label={t('clients.form.secret')}
        description={t(hasSecret ? 'clients.form.secretStays' : 'clients.form.secretHint')}
        autoComplete="off"
        {...form.getInputProps('secret')}
      />
      <Group align="flex-end" gap="xs" wrap="nowrap">
        <TextInput
          label={t('clients.form.issuer')}
          description={t('clients.form.issuerHint')}
          type="url"
          inputMode="url"
          maxLength={500}
          style={{ flex: 1 }}
          {...plain}
          {...form.getInputProps('issuer')}
        />
        <Button
          variant="default"
          loading={discover.isPending}
          disabled={form.values.issuer.trim() === ''}
          onClick={() => discover.mutate({ issuer: form.values.issuer.trim() })}
        >
          {t('clients.form.fill')}
        </Button>
      </Group>
      <ClientEndpoints form={form} />
    </FormDrawer>
  );
}
