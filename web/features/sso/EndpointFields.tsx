import { Fieldset, Select, Stack, TextInput } from '@mantine/core';
import type { UseFormReturnType } from '@mantine/form';
import { useTranslation } from 'react-i18next';
import { ProviderKind, SsoFields } from '#shared/schemas/sso.ts';
import type { ServiceValues } from './service-form.ts';

type EndpointFieldsProps = { form: UseFormReturnType<ServiceValues> };

const OIDC = ['issuer'] as const;
const OAUTH2 = [
  'authorizationEndpoint',
  'tokenEndpoint',
  'userInfoEndpoint',
  'emailsEndpoint',
] as const;
const FIELDS = Object.keys(SsoFields.shape) as (keyof SsoFields)[];

/** Where the service is, and where in its answer stands what. */
export function EndpointFields({ form }: EndpointFieldsProps) {
  const { t } = useTranslation('sso');
  const { kind } = form.values.settings;
  const plain = { spellCheck: false, autoCapitalize: 'none' } as const;
  return (
    <>
      <Select
        label={t('form.kind')}
        allowDeselect={false}
        data={ProviderKind.options.map((value) => ({ value, label: t(`kind.${value}`) }))}
        {...form.getInputProps('settings.kind')}
      />
      {(kind === 'oidc' ? OIDC : OAUTH2).map((name) => (
        <TextInput
          key={name}
          label={t(`form.${name}`)}
          {...(name === 'issuer' || name === 'emailsEndpoint'
            ? { description: t(`form.${name}Hint`) }
            : {})}
          type="url"
          inputMode="url"
          required={name !== 'emailsEndpoint'}
          maxLength={500}
          {...plain}
          {...form.getInputProps(`settings.${name}`)}
        />
      ))}
      <TextInput
        label={t('form.scopes')}
        description={t('form.scopesHint')}
        maxLength={300}
        {...plain}
        {...form.getInputProps('settings.scopes')}
      />
      <Select
        label={t('form.tokenAuth')}
        description={t('form.tokenAuthHint')}
        allowDeselect={false}
        data={[
          { value: 'basic', label: t('tokenAuth.basic') },
          { value: 'post', label: t('tokenAuth.post') },
        ]}
        {...form.getInputProps('settings.tokenAuth')}
      />
      <Fieldset legend={t('form.fields')}>
        <Stack gap="xs">
          {FIELDS.map((name) => (
            <TextInput
              key={name}
              label={t(`field.${name}`)}
              maxLength={120}
              required={name === 'id'}
              {...plain}
              {...form.getInputProps(`settings.fields.${name}`)}
            />
          ))}
        </Stack>
      </Fieldset>
    </>
  );
}
