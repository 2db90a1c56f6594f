import { Fieldset, Select, Stack, Switch, Textarea, TextInput } from '@mantine/core';
import type { UseFormReturnType } from '@mantine/form';
import { useTranslation } from 'react-i18next';
import { OAuthClientSettings, OAuthFields } from '#shared/schemas/oauth-clients.ts';
import { CopyField } from '../../ui/CopyField.tsx';
import type { ClientValues } from './client-form.ts';
import { FieldsPreview } from './FieldsPreview.tsx';

const ENDPOINTS = [
  'authorizationEndpoint',
  'tokenEndpoint',
  'deviceEndpoint',
  'revocationEndpoint',
  'userInfoEndpoint',
  'accountInfoEndpoint',
] as const;
const FIELDS = Object.keys(OAuthFields.shape) as (keyof OAuthFields)[];

/** Where the provider is, how it is asked, and where in its answers stands what. */
export function ClientEndpoints({ form }: { form: UseFormReturnType<ClientValues> }) {
  const { t } = useTranslation('linking');
  const { fields, redirectUri } = form.values.settings;
  const plain = { spellCheck: false, autoCapitalize: 'none', autoComplete: 'off' } as const;
  return (
    <>
      {ENDPOINTS.map((name) => (
        <TextInput
          key={name}
          label={t(`clients.form.${name}`)}
          type="url"
          inputMode="url"
          required={name === 'tokenEndpoint'}
          maxLength={500}
          {...plain}
          {...form.getInputProps(`settings.${name}`)}
        />
      ))}
      <TextInput
        label={t('clients.form.redirectUri')}
        description={t('clients.form.redirectUriHint')}
        maxLength={500}
        {...plain}
        {...form.getInputProps('settings.redirectUri')}
      />
      {redirectUri.trim() === '' && (
        <CopyField
          label={t('clients.form.ownRedirect')}
          value={`${window.location.origin}/oauth/callback`}
        />
      )}
      <TextInput
        label={t('clients.form.scopes')}
        description={t('clients.form.scopesHint')}
        maxLength={2_000}
        {...plain}
        {...form.getInputProps('settings.scopes')}
      />
      <Textarea
        label={t('clients.form.params')}
        description={t('clients.form.paramsHint')}
        autosize
        minRows={2}
        maxRows={8}
        {...plain}
        {...form.getInputProps('params')}
      />
      <Select
        label={t('clients.form.tokenAuth')}
        allowDeselect={false}
        data={OAuthClientSettings.shape.tokenAuth.options.map((value) => ({
          value,
          label: t(`clients.auth.${value}`),
        }))}
        {...form.getInputProps('settings.tokenAuth')}
      />
      <Select
        label={t('clients.form.tokenFormat')}
        allowDeselect={false}
        data={OAuthClientSettings.shape.tokenFormat.options.map((value) => ({
          value,
          label: t(`clients.format.${value}`),
        }))}
        {...form.getInputProps('settings.tokenFormat')}
      />
      <Switch
        label={t('clients.form.usePkce')}
        description={t('clients.form.usePkceHint')}
        {...form.getInputProps('settings.usePkce', { type: 'checkbox' })}
      />
      <Fieldset legend={t('clients.form.fields')}>
        <Stack gap="xs">
          {FIELDS.map((name) => (
            <TextInput
              key={name}
              label={t(`clients.field.${name}`)}
              maxLength={120}
              {...plain}
              {...form.getInputProps(`settings.fields.${name}`)}
            />
          ))}
        </Stack>
      </Fieldset>
      <FieldsPreview fields={fields} />
    </>
  );
}
